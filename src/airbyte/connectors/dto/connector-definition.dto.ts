import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsOptional } from 'class-validator';
import {
  IsIdText,
  IsOneOf,
  IsText,
  IsWholeNumber,
  EmptyIsAbsent,
  ID_SCHEMA,
} from '../../../api/validation/decorators';
import { MAX_TOKEN_LENGTH } from '../../../api/pagination/page-token';

export const KINDS = ['source', 'destination'] as const;
/** Each row has a schema of up to 400 kB. */
export const MAX_DEFINITIONS = 20;

const KIND = { enum: KINDS, enumName: 'ConnectorKind', example: 'source' } as const;

/** Query of the list of connectors. */
export class DefinitionsQueryDto {
  /** Only connectors of this kind. Absent: sources, then destinations. */
  @ApiProperty({ ...KIND, required: false })
  @IsOptional()
  @IsOneOf(KINDS)
  kind?: (typeof KINDS)[number];

  /** Only the connector with this type. */
  @ApiProperty({ type: 'string', minLength: 1, maxLength: 128, required: false, example: 'file' })
  @IsOptional()
  @IsText(1, 128)
  type?: string;

  /** Workspace whose connectors are listed. Default: as for the creation of a source. */
  @ApiProperty({ ...ID_SCHEMA, required: false, example: '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826' })
  @IsOptional()
  @IsIdText({ hint: 'Give the id of a workspace, or leave it out.' })
  workspaceId?: string;

  /** Maximum number of connectors per page. */
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MAX_DEFINITIONS,
    default: MAX_DEFINITIONS,
    required: false,
    example: 20,
  })
  @IsOptional()
  @Type(() => Number)
  @IsWholeNumber(1, MAX_DEFINITIONS)
  pageSize?: number;

  /** `nextPageToken` of the previous page, sent with the same filters. Empty or absent: the first page. */
  @ApiProperty({ type: 'string', maxLength: MAX_TOKEN_LENGTH, required: false, example: '' })
  @EmptyIsAbsent()
  @IsOptional()
  @IsText(1, MAX_TOKEN_LENGTH)
  pageToken?: string;
}

@ApiSchema({ name: 'ConnectorDefinition', description: 'A connector that sources or destinations can use.' })
export class ConnectorDefinitionDto {
  /** Id of the connector, for creations of sources or destinations. */
  @ApiProperty({ example: '778daa7c-feaf-4db6-96f3-70fd645acc77' })
  definitionId: string;

  /** Whether sources or destinations can use it. */
  @ApiProperty(KIND)
  kind: (typeof KINDS)[number];

  /** Type of the connector, which a creation may name instead of the id. */
  @ApiProperty({ example: 'file' })
  type: string;

  /** Display name of the connector. */
  @ApiProperty({ example: 'File' })
  name: string;

  /** Version of the connector; null if Airbyte does not report it. */
  @ApiProperty({ type: 'string', nullable: true, example: '0.5.3' })
  version: string | null;

  /** Documentation of the connector; null if there is none. */
  @ApiProperty({
    type: 'string',
    nullable: true,
    example: 'https://docs.airbyte.com/integrations/sources/file',
  })
  documentationUrl: string | null;

  /**
   * JSON schema of the configuration. `airbyte_secret` marks secrets. Null if it cannot be had: it needs the capability
   * `connectorSchemas`.
   */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { type: 'object', required: ['url'], properties: { url: { type: 'string' } } },
  })
  configurationSchema: Readonly<Record<string, unknown>> | null;
}

@ApiSchema({
  name: 'ConnectorDefinitionList',
  description: 'A page of connectors: sources first, in the order of their ids.',
})
export class ConnectorDefinitionListDto {
  @ApiProperty({ type: [ConnectorDefinitionDto], maxItems: MAX_DEFINITIONS })
  data: ConnectorDefinitionDto[];

  /** Token of the next page; null on the last page. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  nextPageToken: string | null;
}
