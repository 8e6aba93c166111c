import type { OpenAPIObject } from '@nestjs/swagger';
import { isReference } from './described-operations';

/** Descriptions of members with the same meaning in every schema. */
const MEMBERS: Readonly<Record<string, string>> = {
  connectionId: 'Id of the ingestion, which is the id of the connection in Airbyte.',
  sourceId: 'Id of the source, from which the data is read.',
  destinationId: 'Id of the destination, to which the data is written.',
  workspaceId: 'Id of the workspace in Airbyte.',
  name: 'Display name.',
  data: 'Items of this page.',
};

/** Descriptions of enums and other schemas. */
const SCHEMAS: Readonly<Record<string, string>> = {
  Health:
    'Health of an ingestion, by descending severity; the first condition that applies is reported. `failing`: the newest syncs failed. ' +
    '`running_late`: a scheduled firing has not started a run. `stale`: no data for longer than expected. `suspect`: a sync ' +
    'that succeeded may be incomplete. `unknown`: the answer of Airbyte has an unknown form. docs/status.md defines the rules.',
  HealthCode: 'Reason for the health of an ingestion. docs/status.md defines the rules.',
  RunType:
    '`reset` and `clear` empty the destination and move no data. `unknown` represents job types that this API does not know yet.',
  RunStatusFilter: 'Status by which runs can be filtered.',
  ConnectorKind: 'Whether sources or destinations use a connector.',
  ConnectionCheckStatus: 'Result of the check of a connector.',
  StatusPart: 'Additional part of a status.',
  ProbeWord: 'Result of a probe. Any other state is returned as a problem.',
};

/** Adds descriptions to schemas and members that have none. */
export function describeSchemas(document: OpenAPIObject): void {
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    if (isReference(schema)) continue;
    const text = SCHEMAS[name];
    if (text !== undefined) schema.description ??= text;
    for (const [member, property] of Object.entries(schema.properties ?? {})) {
      const memberText = MEMBERS[member];
      if (!isReference(property) && memberText !== undefined) property.description ??= memberText;
    }
  }
}
