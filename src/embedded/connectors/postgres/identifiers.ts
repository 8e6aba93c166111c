import { escapeIdentifier } from 'pg';

/** The name of something in a schema as SQL has it. */
export function qualified(schema: string, name: string): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}
