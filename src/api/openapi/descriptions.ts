import type { OpenAPIObject } from '@nestjs/swagger';
import { isReference } from './described-operations';

/** Members that mean the same wherever they are. */
const MEMBERS: Readonly<Record<string, string>> = {
  connectionId: "Names the ingestion; it is the id of Airbyte's connection.",
  sourceId: 'Id of the source, where the data comes from.',
  destinationId: 'Id of the destination, where the data goes.',
  workspaceId: "Id of Airbyte's workspace that it is in.",
  name: 'What people call it.',
  data: 'What is on this page.',
};

/** Lists of words, in the order in which they are in the description. */
const WORDS: Readonly<Record<string, string>> = {
  Health:
    'How an ingestion fares, the most pressing first: the first that holds is told. `failing`: its newest syncs failed. ' +
    '`running_late`: a firing has brought no run. `stale`: no data for longer than there should be. `suspect`: a sync ' +
    'succeeded that may not have. `unknown`: what Airbyte says is not understood. docs/status.md has the rules.',
  HealthCode: 'What is wrong with an ingestion; docs/status.md has the rules.',
  RunType:
    '`reset` and `clear` empty the destination and bring no data; `unknown` stands for words of Airbyte to come.',
  RunStatusFilter: 'A status that runs can be listed by.',
  ProbeWord: 'What is not ok is answered as a problem.',
};

/** Says of schemas and members what is said nowhere else. */
export function describeSchemas(document: OpenAPIObject): void {
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    if (isReference(schema)) continue;
    const words = WORDS[name];
    if (words !== undefined) schema.description ??= words;
    for (const [member, property] of Object.entries(schema.properties ?? {})) {
      const text = MEMBERS[member];
      if (!isReference(property) && text !== undefined) property.description ??= text;
    }
  }
}
