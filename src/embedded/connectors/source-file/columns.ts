import { canonicalJson, isObject, parseObject, stringsOf, type JsonObject } from '../../json';
import { fromBytes } from '../../protocol/message-writer';
import type { FileConfig } from './config';
import { findFiles } from './files';
import { parquetColumns } from './parquet/rows';
import { csvHeader, jsonlRows } from './rows';

/** The JSON schema of each column of all files, from so many rows of each where only the rows tell. */
export async function columnsOf({ format, url }: FileConfig, maxRows: number): Promise<JsonObject> {
  const columns = new Columns();
  for (const path of findFiles(url).paths) {
    if (format === 'csv')
      for (const name of await csvHeader(path)) columns.add(name, { type: ['null', 'string'] });
    else if (format === 'jsonl') await addJsonlColumns(path, maxRows, columns);
    else for (const [name, schema] of await parquetColumns(path)) columns.add(name, schema);
  }
  return columns.schemas;
}

class Columns {
  private readonly found = new Map<string, { schema: JsonObject; text: string }>();

  get schemas(): JsonObject {
    return Object.fromEntries([...this.found].map(([name, { schema }]) => [name, schema]));
  }

  /** Where files or rows disagree, a column may be what any of them says. */
  add(name: string, schema: JsonObject): void {
    const before = this.found.get(name);
    const text = canonicalJson(schema);
    if (before?.text === text) return;
    const merged = before === undefined ? schema : either(before.schema, schema);
    this.found.set(name, { schema: merged, text: canonicalJson(merged) });
  }
}

/** Formats and the like hold for one of the two only. */
function either(first: JsonObject, second: JsonObject): JsonObject {
  if (first['type'] === undefined || second['type'] === undefined) return {};
  const types = [...new Set([...stringsOf(first['type']), ...stringsOf(second['type'])])];
  return { type: types };
}

async function addJsonlColumns(path: string, maxRows: number, columns: Columns): Promise<void> {
  const types = new Map<string, Set<string>>();
  let seen = 0;
  for await (const batch of jsonlRows(path)) {
    for (const row of batch.slice(0, maxRows - seen)) {
      for (const [name, value] of Object.entries(parseObject(fromBytes(row)) ?? {})) {
        const found = types.get(name);
        if (found === undefined) types.set(name, new Set(['null', typeOf(value)]));
        else found.add(typeOf(value));
      }
    }
    seen += batch.length;
    if (seen >= maxRows) break;
  }
  for (const [name, found] of types) columns.add(name, { type: [...found] });
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return isObject(value) ? 'object' : typeof value;
}
