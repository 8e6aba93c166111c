import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({
  name: 'Source',
  description: 'A source: where data comes from. Its configuration is never shown.',
})
export class SourceDto {
  /** Names the source in creations. */
  @ApiProperty({ example: '95e66a59-8045-4307-9678-63bc3c9b8c93' })
  sourceId: string;

  @ApiProperty({ example: 'Orders' })
  name: string;

  /** Which connector it is; null where Airbyte does not tell. */
  @ApiProperty({ type: 'string', nullable: true, example: 'postgres' })
  type: string | null;

  @ApiProperty({ example: '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826' })
  workspaceId: string;
}

@ApiSchema({
  name: 'Destination',
  description: 'A destination: where data goes. Its configuration is never shown.',
})
export class DestinationDto {
  /** Names the destination in creations. */
  @ApiProperty({ example: 'e478de0d-a3a0-475c-b019-25f7dd29e281' })
  destinationId: string;

  @ApiProperty({ example: 'Warehouse' })
  name: string;

  /** Which connector it is; null where Airbyte does not tell. */
  @ApiProperty({ type: 'string', nullable: true, example: 'bigquery' })
  type: string | null;

  @ApiProperty({ example: '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826' })
  workspaceId: string;
}

@ApiSchema({ name: 'SourceList', description: 'A page of sources, in the order of their ids.' })
export class SourceListDto {
  @ApiProperty({ type: [SourceDto] })
  data: SourceDto[];

  /** Asks for the next page; null after the last. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  nextPageToken: string | null;
}

@ApiSchema({ name: 'DestinationList', description: 'A page of destinations, in the order of their ids.' })
export class DestinationListDto {
  @ApiProperty({ type: [DestinationDto] })
  data: DestinationDto[];

  /** Asks for the next page; null after the last. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  nextPageToken: string | null;
}
