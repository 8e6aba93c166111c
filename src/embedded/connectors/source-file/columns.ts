import { canonicalJson, isObject, parseObject, stringsOf, type JsonObject } from '../../platform/json';
import { toBytes } from '../../protocol/message-writer';
import type { FileConfig } from './config';
import { MAX_COLUMNS } from './csv-names';
import { KindInference } from './column-kinds';
import { findFiles, openFound } from './files';
import type { LocalFile } from './local-file';
import { parquetColumns } from './parquet/rows';
import { wrongFile } from './row-error';
import { eachRow } from './row-sink';
import { csvNames, inferKinds, jsonlRows } from './rows';

/** A larger schema slows down the destination and every request about the stream. */
const MAX_SCHEMA_BYTES = 4 * 1024 * 1024;

/**
 * The JSON schema of each column of all files. For JSON lines, it comes from the first `maxRows` rows of each file. Types of CSV are
 * inferred from all rows of all files, or not at all. With a limit, the first rows of a CSV file are read to find their faults.
 */
export async function columnsOf(config: FileConfig, maxRows: number): Promise<JsonObject> {
  const columns = new Columns();
  const infers = config.inferTypes && maxRows === Infinity;
  const { csv } = config.options;
  const nulls = new Set([...csv.nulls].map(toBytes));
  const inference = new KindInference((value) => nulls.has(value), csv.decimal);
  for (const found of findFiles(config.url)) {
    const file = openFound(found);
    try {
      if (infers) {
        await inferKinds(file, config, inference);
        for (const [name, schema] of inference.schemas()) columns.set(name, schema, file);
      } else if (config.format === 'csv')
        for (const name of await csvNames(file, config, maxRows === Infinity ? 0 : maxRows))
          columns.add(name, { type: ['null', 'string'] }, file);
      else if (config.format === 'jsonl') await addJsonlColumns(file, config, maxRows, columns);
      else for (const [name, schema] of await parquetColumns(file)) columns.add(name, schema, file);
    } finally {
      file.close();
    }
  }
  return columns.schemas;
}

class Columns {
  private readonly found = new Map<string, { schema: JsonObject; text: string }>();
  private bytes = 0;

  get schemas(): JsonObject {
    return Object.fromEntries([...this.found].map(([name, { schema }]) => [name, schema]));
  }

  /** Replaces the schema of a column. */
  set(name: string, schema: JsonObject, file: LocalFile): void {
    this.remember(name, schema, file);
  }

  /** If files or rows disagree, the column accepts every type that occurs. */
  add(name: string, schema: JsonObject, file: LocalFile): void {
    const before = this.found.get(name);
    const text = canonicalJson(schema);
    if (before?.text === text) return;
    this.remember(name, before === undefined ? schema : either(before.schema, schema), file);
  }

  private remember(name: string, schema: JsonObject, file: LocalFile): void {
    const before = this.found.get(name);
    const text = canonicalJson(schema);
    this.found.set(name, { schema, text });
    this.bytes += text.length - (before?.text.length ?? -name.length);
    if (this.found.size > MAX_COLUMNS) throw tooWide(file, `more than ${MAX_COLUMNS} columns`);
    if (this.bytes > MAX_SCHEMA_BYTES) throw tooWide(file, 'a schema of more than 4 MiB');
  }
}

/** Merges the types. Formats and other keywords apply to one of the two only and are dropped. */
function either(first: JsonObject, second: JsonObject): JsonObject {
  if (first['type'] === undefined || second['type'] === undefined) return {};
  const types = [...new Set([...stringsOf(first['type']), ...stringsOf(second['type'])])];
  return { type: types };
}

function tooWide(file: LocalFile, what: string): Error {
  return wrongFile(
    file.name,
    `with it the stream has ${what}; put members whose names are ids into an array or into one member`,
  );
}

async function addJsonlColumns(
  file: LocalFile,
  config: FileConfig,
  maxRows: number,
  columns: Columns,
): Promise<void> {
  const types = new Map<string, Set<string>>();
  let seen = 0;
  const sink = eachRow((row) => {
    if (++seen > maxRows) return;
    for (const [name, value] of Object.entries(parseObject(row.toString('utf8')) ?? {})) {
      const found = types.get(name);
      if (found === undefined) types.set(name, new Set(['null', typeOf(value)]));
      else found.add(typeOf(value));
    }
  });
  for await (const { isFull } of jsonlRows(file, config, sink)) {
    if (types.size > MAX_COLUMNS) throw tooWide(file, `more than ${MAX_COLUMNS} columns`);
    if (isFull || seen >= maxRows) break;
  }
  for (const [name, found] of types) columns.add(name, { type: [...found] }, file);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return isObject(value) ? 'object' : typeof value;
}
