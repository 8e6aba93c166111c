import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({
  name: 'Source',
  description: 'A source. Its configuration is never shown.',
})
export class SourceDto {
  /** Id of the source, for creations. */
  @ApiProperty({ example: '95e66a59-8045-4307-9678-63bc3c9b8c93' })
  sourceId: string;

  @ApiProperty({ example: 'Orders' })
  name: string;

  /** Connector type; null if Airbyte does not report it. */
  @ApiProperty({ type: 'string', nullable: true, example: 'postgres' })
  type: string | null;

  @ApiProperty({ example: '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826' })
  workspaceId: string;
}

@ApiSchema({
  name: 'Destination',
  description: 'A destination. Its configuration is never shown.',
})
export class DestinationDto {
  /** Id of the destination, for creations. */
  @ApiProperty({ example: 'e478de0d-a3a0-475c-b019-25f7dd29e281' })
  destinationId: string;

  @ApiProperty({ example: 'Warehouse' })
  name: string;

  /** Connector type; null if Airbyte does not report it. */
  @ApiProperty({ type: 'string', nullable: true, example: 'bigquery' })
  type: string | null;

  @ApiProperty({ example: '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826' })
  workspaceId: string;
}

@ApiSchema({ name: 'SourceList', description: 'A page of sources, in the order of their ids.' })
export class SourceListDto {
  @ApiProperty({ type: [SourceDto] })
  data: SourceDto[];

  /** Token of the next page; null on the last page. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  nextPageToken: string | null;
}

@ApiSchema({ name: 'DestinationList', description: 'A page of destinations, in the order of their ids.' })
export class DestinationListDto {
  @ApiProperty({ type: [DestinationDto] })
  data: DestinationDto[];

  /** Token of the next page; null on the last page. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  nextPageToken: string | null;
}
