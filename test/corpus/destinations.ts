import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { localJsonDestination } from '../../src/embedded/connectors/destination-local-json/destination';
import { postgresDestination } from '../../src/embedded/connectors/destination-postgres/destination';
import { sqliteDestination } from '../../src/embedded/connectors/destination-sqlite/destination';
import type { JsonObject } from '../../src/embedded/platform/json';
import type { DestinationConnector } from '../../src/embedded/protocol/connector';
import type { PostgresServer } from '../postgres/server';
import { canonical, canonicalMembers } from './exact-json';

/** A destination and an independent reader of its content. */
export interface CorpusDestination {
  readonly name: string;
  readonly connector: DestinationConnector;
  readonly config: JsonObject;
  readonly modes: readonly string[];
  /** The rows. Each is the sorted list of the canonical texts of its cells without nulls. */
  rows(): string[][];
}

const cellsOf = (json: string): string[] => [...canonicalMembers(json).values()].sort();

export function localJson(localRoot: string): CorpusDestination {
  const folder = join(localRoot, 'out');
  return {
    name: 'local-json',
    connector: localJsonDestination,
    config: { destination_path: '/local/out' },
    modes: ['overwrite', 'append'],
    rows: () =>
      readdirSync(folder)
        .filter((file) => /^_airbyte_raw_.*\.jsonl$/.test(file))
        .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
        .filter((line) => line !== '')
        .map((line) => {
          const data = /"_airbyte_data":(\{.*\})\}$/s.exec(line)?.[1];
          if (data === undefined) throw new Error(`not a line of local-json: ${line.slice(0, 100)}`);
          return cellsOf(data);
        }),
  };
}

/** Reads the raw table, and compares the view with it. */
export function sqlite(localRoot: string): CorpusDestination {
  const path = join(localRoot, 'out.sqlite');
  return {
    name: 'sqlite',
    connector: sqliteDestination,
    config: { destination_path: '/local/out.sqlite' },
    modes: ['overwrite', 'append', 'append_dedup'],
    rows: () => {
      if (!existsSync(path)) return [];
      const db = new DatabaseSync(path);
      try {
        const raw = db.prepare('SELECT _airbyte_data AS data FROM "_airbyte_raw_s" ORDER BY rowid').all();
        const rows = raw.map((row) => String((row as { data: unknown }).data));
        const view = db.prepare('SELECT * FROM "s"');
        view.setReadBigInts(true);
        const cells = view.all().map((row) => viewCells(row as Record<string, unknown>));
        const expected = rows.map((row) => [...canonicalMembers(row).values()].map(asInView).sort());
        if (JSON.stringify(cells.sort()) !== JSON.stringify(expected.sort()))
          throw new Error(
            `the view differs: ${JSON.stringify(cells).slice(0, 300)} for ${JSON.stringify(expected).slice(0, 300)}`,
          );
        return rows.map(cellsOf);
      } finally {
        db.close();
      }
    },
  };
}

/** The cells of a row of the view, without the connector's own columns. */
export function viewCells(row: Record<string, unknown>): string[] {
  return Object.entries(row)
    .filter(([name, value]) => value !== null && !/^_airbyte_(ab_id|emitted_at)$/.test(name))
    .map(([, value]) => (typeof value === 'string' ? textInView(value) : canonical(String(value))))
    .sort();
}

/** A text in the view is a text, an exact number, or the JSON of an array or object. */
function textInView(text: string): string {
  try {
    return /^[-\d[{]/.test(text) ? canonical(text) : text;
  } catch {
    // The text only begins like a number or an array.
    return text;
  }
}

export function asInView(cell: string): string {
  if (cell === 'true') return canonical('1');
  if (cell === 'false') return canonical('0');
  // SQLite truncates a text at NUL, so the view shows its JSON.
  return cell.startsWith('"') && !cell.includes('\\u0000') ? textInView(JSON.parse(cell) as string) : cell;
}

export function postgres(server: PostgresServer, database: string): CorpusDestination {
  return {
    name: 'postgres',
    connector: postgresDestination,
    config: { ...server.config(database), schema: 'public', ssl_mode: { mode: 'disable' } },
    modes: ['overwrite', 'append', 'append_dedup'],
    rows: () =>
      server
        .sql('SELECT to_jsonb(s) - \'_airbyte_extracted_at\' FROM "s" AS s', database)
        .split('\n')
        .filter((line) => line !== '')
        .map(cellsOf),
  };
}
