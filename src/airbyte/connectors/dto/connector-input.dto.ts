import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { ForeignNames } from '../../../api/validation/foreign-names';
import {
  ID_SCHEMA,
  IsIdText,
  IsName,
  IsOptionalText,
  NAME_PATTERN,
} from '../../../api/validation/decorators';
import { IsConfiguration } from './configuration-field';

const TYPE = { hint: 'Did you mean type? It names the connector, for example "postgres".' };
const DEFINITION = { hint: 'Did you mean definitionId? GET /connector-definitions lists the ids.' };
const CONFIGURATION = { hint: 'Did you mean configuration?' };

const FOREIGN_FIELDS = {
  sourceType: TYPE,
  destinationType: TYPE,
  connector: TYPE,
  sourceDefinitionId: DEFINITION,
  destinationDefinitionId: DEFINITION,
  connectionConfiguration: CONFIGURATION,
  config: CONFIGURATION,
  settings: CONFIGURATION,
};

@ForeignNames(FOREIGN_FIELDS)
@ApiSchema({
  name: 'ConnectorInput',
  description:
    'A new source or destination: a connector with its configuration. Either `type` or `definitionId` names the connector.',
})
export class ConnectorInputDto {
  /** Display name: not blank, no control characters. Airbyte does not require unique names. */
  @ApiProperty({ minLength: 1, maxLength: 255, pattern: NAME_PATTERN, example: 'Orders database' })
  @IsName(255)
  name: string;

  /** Type of the connector, as `GET /connector-definitions` lists it. */
  @ApiProperty({ type: 'string', maxLength: 128, nullable: true, required: false, example: 'file' })
  @IsOptionalText(128, 'GET /connector-definitions lists the types.')
  type?: string | null;

  /** Id of the connector, as `GET /connector-definitions` lists it. Send it or `type`. */
  @ApiProperty({ ...ID_SCHEMA, nullable: true, required: false })
  @IsOptional()
  @IsIdText({ hint: 'GET /connector-definitions lists the ids.' })
  definitionId?: string | null;

  /** Workspace. Default: the workspace of the caller or of the gateway, or the only one. */
  @ApiProperty({ ...ID_SCHEMA, nullable: true, required: false })
  @IsOptional()
  @IsIdText({ hint: 'Give the id of a workspace, or leave it out.' })
  workspaceId?: string | null;

  /** Configuration of the connector. `GET /connector-definitions` has its JSON schema. Secrets are never shown again. */
  @IsConfiguration({ required: true })
  configuration: Readonly<Record<string, unknown>>;
}

const FIXED = {
  reason: 'cannot be changed',
  hint: 'Create another source or destination, then delete this one.',
};

@ForeignNames({
  ...FOREIGN_FIELDS,
  sourceId: FIXED,
  destinationId: FIXED,
  definitionId: FIXED,
  type: FIXED,
  workspaceId: FIXED,
})
@ApiSchema({
  name: 'PatchConnectorInput',
  description: 'Fields to change. Fields that are absent or null stay unchanged.',
})
export class PatchConnectorDto {
  /** Display name: not blank, no control characters. */
  @ApiProperty({
    type: 'string',
    minLength: 1,
    maxLength: 255,
    pattern: NAME_PATTERN,
    nullable: true,
    required: false,
    example: 'Orders database',
  })
  @IsOptional()
  @IsName(255)
  name?: string | null;

  /**
   * Members of the configuration to change. Objects are merged, other values replaced. Secrets that are not sent, or that are
   * sent as the mask of an answer, stay as they are.
   */
  @IsConfiguration({ required: false })
  configuration?: Readonly<Record<string, unknown>> | null;
}
