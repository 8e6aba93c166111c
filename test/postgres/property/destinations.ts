import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { isObject, type JsonObject } from '../../../src/embedded/platform/json';
import { asInView, viewCells } from '../../corpus/destinations';
import { canonicalMembers } from '../../corpus/exact-json';
import type { PostgresServer } from '../server';
import { canonicalRow, type SyncMode } from './expected-rows';

const REPLACING: readonly SyncMode[] = [
  'full_refresh_overwrite',
  'full_refresh_append',
  'incremental_append',
];
const ALL: readonly SyncMode[] = [...REPLACING, 'incremental_deduped_history'];

/** A destination, and an independent reader of its content. */
export interface Destination {
  readonly configuration: JsonObject;
  readonly modes: readonly SyncMode[];
  /** The rows of a stream in canonical form. */
  rows(stream: string): string[];
}

export function localJson(dataDir: string, folder: string): Destination {
  const path = join(dataDir, 'local', folder);
  return {
    configuration: { destinationType: 'local-json', destination_path: `/local/${folder}` },
    modes: REPLACING,
    rows: () =>
      readdirSync(path)
        .filter((file) => file.endsWith('.jsonl'))
        .flatMap((file) => readFileSync(join(path, file), 'utf8').split('\n'))
        .filter((line) => line !== '')
        .map((line) => {
          const data = /"_airbyte_data":(\{.*\})\}$/s.exec(line)?.[1];
          if (data === undefined) throw new Error(`not a line of local-json: ${line.slice(0, 100)}`);
          return canonicalRow(data);
        }),
  };
}

/** Reads the raw table, and compares the view if the columns match the schema. */
export function sqlite(dataDir: string, file: string, hasSchemaOf: () => boolean): Destination {
  const path = join(dataDir, 'local', file);
  return {
    configuration: { destinationType: 'sqlite', destination_path: `/local/${file}` },
    modes: ALL,
    rows: (stream) => {
      if (!existsSync(path)) return [];
      const db = new DatabaseSync(path, { readOnly: true });
      try {
        const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
        const rows = db
          .prepare(`SELECT "_airbyte_data" AS "data" FROM ${quoted(`_airbyte_raw_${stream}`)}`)
          .all()
          .map((row: unknown) => (isObject(row) ? String(row['data']) : ''));
        const view = db.prepare(`SELECT * FROM ${quoted(stream)}`);
        view.setReadBigInts(true);
        const shown = view.all().map((row: unknown) => viewCells(isObject(row) ? row : {}));
        const expected = rows.map((row) => [...canonicalMembers(row).values()].map(asInView).sort());
        const texts = (of: string[][]): string[] => of.map((cells) => JSON.stringify(cells)).sort();
        if (hasSchemaOf()) expect(texts(shown)).toEqual(texts(expected));
        else expect(shown).toHaveLength(rows.length);
        return rows.map(canonicalRow);
      } finally {
        db.close();
      }
    },
  };
}

export function postgres(server: PostgresServer, database: string, schema: string): Destination {
  const name = (stream: string): string =>
    [schema, stream].map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
  return {
    configuration: { destinationType: 'postgres', ...server.config(database), schema },
    modes: ALL,
    rows: (stream) =>
      server
        .sql(
          `SET TIME ZONE 'UTC'; SELECT to_jsonb("s") - '_airbyte_extracted_at' FROM ${name(stream)} AS "s"`,
          database,
        )
        .split('\n')
        .filter((line) => line !== '')
        .map(canonicalRow),
  };
}
