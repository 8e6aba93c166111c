import { createReadStream, statSync } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { isObject, parseObject, stringAt } from '../../json';
import { messageOf } from '../../system-error';
import { ConnectorError } from '../../protocol/connector';
import { LineSplitter } from '../../protocol/lines';

/** A file's rows, each the JSON text of one object, and its columns where they are known beforehand. */
export type RowBatches = AsyncIterable<readonly string[]>;

/** The bytes of a file, unpacked when its name ends in `.gz`. */
export function openFile(path: string): Readable {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  if (!path.endsWith('.gz')) return file;
  // The error comes out of the returned end of the pipeline.
  return pipeline(file, createGunzip(), () => undefined);
}

/** Rows of a CSV file with a header. Every value is the text that the file holds: nothing is guessed, nothing is lost. */
export async function* csvRows(path: string): RowBatches {
  let keys: string[] | null = null;
  for await (const rows of csvBatches(path)) {
    let first = 0;
    if (keys === null) {
      keys = checkHeader(rows[0] ?? []).map((name) => JSON.stringify(name));
      first = 1;
    }
    const batch: string[] = [];
    for (let index = first; index < rows.length; index++) batch.push(rowJson(keys, rows[index] ?? []));
    yield batch;
  }
}

function rowJson(keys: readonly string[], values: readonly string[]): string {
  let json = '{';
  for (let index = 0; index < keys.length; index++) {
    json += `${index === 0 ? '' : ','}${keys[index] ?? ''}:${JSON.stringify(values[index])}`;
  }
  return `${json}}`;
}

/** The names in a CSV file's header. */
export async function csvHeader(path: string): Promise<string[]> {
  for await (const rows of csvBatches(path)) return checkHeader(rows[0] ?? []);
  return checkHeader([]);
}

async function* csvBatches(path: string): AsyncGenerator<string[][]> {
  const file = openFile(path);
  const parser = parse({ bom: true, skipEmptyLines: true });
  pipeline(file, parser, () => undefined);
  try {
    let batch: string[][] = [];
    for await (const row of parser as AsyncIterable<string[]>) {
      batch.push(row);
      if (batch.length >= 1000) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  } catch (error) {
    throw readError(path, error);
  } finally {
    file.destroy();
  }
}

function checkHeader(names: readonly string[]): string[] {
  if (names.length === 0) throw new ConnectorError('config_error', 'The CSV file has no header line.');
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined)
    throw new ConnectorError('config_error', `The CSV header names ${JSON.stringify(repeated)} twice.`);
  return [...names];
}

/** Rows of a file with one JSON object a line, as they stand in it. */
export async function* jsonlRows(path: string): RowBatches {
  let batch: string[] = [];
  let lineNumber = 0;
  const splitter = new LineSplitter((line) => {
    lineNumber++;
    const text = line.toString('utf8').trim();
    if (text === '') return;
    if (parseObject(text) === null) {
      throw new ConnectorError('config_error', `Row ${lineNumber} of the file is no JSON object.`);
    }
    batch.push(text);
  });
  const file = openFile(path);
  try {
    for await (const chunk of file as AsyncIterable<Buffer>) {
      splitter.push(chunk);
      yield batch;
      batch = [];
    }
    splitter.end();
    yield batch;
  } catch (error) {
    throw readError(path, error);
  } finally {
    file.destroy();
  }
}

/** Tells apart what the user must mend from what may pass. */
function readError(path: string, error: unknown): unknown {
  if (error instanceof ConnectorError) return error;
  const code = isObject(error) ? (stringAt(error, 'code') ?? '') : '';
  if (code.startsWith('CSV_') || code.startsWith('Z_') || ['ENOENT', 'EACCES', 'EISDIR'].includes(code)) {
    return new ConnectorError('config_error', `Cannot read ${path}: ${messageOf(error)}`);
  }
  return error;
}

/** What tells whether a file is still the one that was read before. */
export function fingerprint(path: string): { size: number; modifiedMs: number } {
  const { size, mtimeMs } = statSync(path);
  return { size, modifiedMs: Math.floor(mtimeMs) };
}
