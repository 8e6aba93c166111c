import { ApiProperty, ApiSchema, OmitType } from '@nestjs/swagger';
import { IngestionDto } from './ingestion.dto';
import { ScheduleDto } from './schedule.dto';
import { StreamDto } from './stream.dto';

@ApiSchema({ name: 'IngestionResource', description: 'An ingestion as Airbyte holds it.' })
export class IngestionResourceDto extends OmitType(IngestionDto, ['schedule']) {
  @ApiProperty({ example: '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826' })
  workspaceId: string;

  /** Airbyte's own word for the status where `status` is `unknown`, null otherwise. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  upstreamStatus: string | null;

  /** The schedule that Airbyte holds, in the words in which it was sent. May be sent back unchanged. */
  @ApiProperty({ type: () => ScheduleDto })
  schedule: ScheduleDto;

  /** What is synced, and how. */
  @ApiProperty({ type: [StreamDto] })
  streams: StreamDto[];
}
