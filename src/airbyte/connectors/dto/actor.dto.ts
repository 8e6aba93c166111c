import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** Members of both sources and destinations. */
class ActorDto {
  @ApiProperty({ example: 'Orders database' })
  name: string;

  /** Type of the connector; null if Airbyte does not report it. */
  @ApiProperty({ type: 'string', nullable: true, example: 'file' })
  type: string | null;

  /** Id of the connector; null if Airbyte does not report it. */
  @ApiProperty({ type: 'string', nullable: true, example: '778daa7c-feaf-4db6-96f3-70fd645acc77' })
  definitionId: string | null;

  @ApiProperty({ example: '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826' })
  workspaceId: string;

  /** The configuration, with `**********` in place of each secret. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { dataset_name: 'orders', format: 'csv', url: '/local/samples/orders.csv' },
  })
  configuration: Readonly<Record<string, unknown>>;

  /** Time of the creation; null if Airbyte does not report it. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-15T10:30:00.000Z' })
  created: string | null;
}

@ApiSchema({ name: 'SourceDetails', description: 'A source with its configuration. Secrets are masked.' })
export class SourceDetailsDto extends ActorDto {
  /** Id of the source, for creations of ingestions. */
  @ApiProperty({ example: '95e66a59-8045-4307-9678-63bc3c9b8c93' })
  sourceId: string;
}

@ApiSchema({
  name: 'DestinationDetails',
  description: 'A destination with its configuration. Secrets are masked.',
})
export class DestinationDetailsDto extends ActorDto {
  /** Id of the destination, for creations of ingestions. */
  @ApiProperty({ example: 'e478de0d-a3a0-475c-b019-25f7dd29e281' })
  destinationId: string;
}
