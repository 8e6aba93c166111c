import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray } from 'class-validator';
import { ProblemDto } from '../../../api/problem/problem.dto';
import { ID_SCHEMA, IsIdText } from '../../../api/validation/decorators';
import { IngestionStatusDto } from './ingestion-status.dto';

/** Maximum number of ids in one request. */
const MAX_BATCH = 100;

const context = { hint: `Send {"ids": [...]} with 1 to ${MAX_BATCH} ids of ingestions.` };

@ApiSchema({ name: 'StatusBatchInput', description: 'Ids of the requested statuses.' })
export class StatusBatchRequestDto {
  /** Ids of ingestions, as returned by their creation. */
  @ApiProperty({
    type: 'array',
    items: ID_SCHEMA,
    minItems: 1,
    maxItems: MAX_BATCH,
    example: ['conn-12345678-1234-1234-1234-123456789012'],
  })
  @IsArray({ message: 'must be an array of ids', context })
  @ArrayMinSize(1, { message: 'must have at least one id', context })
  @ArrayMaxSize(MAX_BATCH, { message: `must have at most ${MAX_BATCH} ids`, context })
  @IsIdText(context, { each: true })
  ids: string[];
}

@ApiSchema({
  name: 'StatusBatchResult',
  description: 'Result for one id: a status or a problem. The other field is null.',
})
export class StatusBatchResultDto {
  @ApiProperty({ example: 'conn-12345678-1234-1234-1234-123456789012' })
  connectionId: string;

  /** Null if there is a problem. */
  @ApiProperty({ type: () => IngestionStatusDto, nullable: true })
  status: IngestionStatusDto | null;

  /** The same problem as `GET /ingestion/{connectionId}/status` returns; null if there is a status. */
  @ApiProperty({ type: () => ProblemDto, nullable: true })
  problem: ProblemDto | null;
}

@ApiSchema({ name: 'StatusBatch', description: 'One result for each id, in the order of the ids.' })
export class StatusBatchDto {
  /** One for each id. */
  @ApiProperty({ type: [StatusBatchResultDto], maxItems: MAX_BATCH })
  results: StatusBatchResultDto[];
}
