import type { JsonObject } from '../../../platform/json';
import { ConnectorError } from '../../../protocol/connector';
import { messageOf } from '../../../platform/system-error';
import type { FileConfig } from '../config';
import type { LocalFile } from '../local-file';
import type { RowPieces } from '../rows';
import { addRow, type RowSink } from '../row-sink';
import { PageCollector } from './collector';
import { ColumnCursor } from './column';
import { ParquetFile } from './file';
import { layoutOf, type Layout } from './layout';
import { loadParquetLibrary, type ParquetLibrary } from './library';
import type { RowGroup } from './metadata';

const BATCH_ROWS = 500;
const BATCH_BYTES = 1024 * 1024;

/** Reads the rows of a Parquet file. */
export async function* parquetRows(source: LocalFile, _config: FileConfig, sink: RowSink): RowPieces {
  const library = await loadParquetLibrary();
  const file = new ParquetFile(source);
  try {
    const metadata = file.readMetadata(library);
    const layout = layoutOf(metadata.schema);
    const pages = new PageCollector();
    for (const group of metadata.groups) {
      for (const rows of rowsOfGroup({ library, file, layout }, group)) {
        for (const row of rows) addRow(sink, row);
        yield sink;
        pages.collect();
      }
    }
  } catch (error) {
    throw wrongFile(file, error);
  }
}

/** The JSON schema of each column of a Parquet file. */
export async function parquetColumns(source: LocalFile): Promise<ReadonlyMap<string, JsonObject>> {
  const library = await loadParquetLibrary();
  const file = new ParquetFile(source);
  try {
    return layoutOf(file.readMetadata(library).schema).properties;
  } catch (error) {
    throw wrongFile(file, error);
  }
}

interface Reading {
  readonly library: ParquetLibrary;
  readonly file: ParquetFile;
  readonly layout: Layout;
}

/** Reads a row group. Refuses a file whose columns have different numbers of values, because rows would mix. */
function* rowsOfGroup({ library, file, layout }: Reading, group: RowGroup): Generator<readonly string[]> {
  if (group.columns.length !== layout.leaves.length)
    throw new Error('a row group has other columns than the file');
  const cursors = layout.leaves.map((leaf, index) => {
    const chunk = group.columns[index];
    if (chunk?.type !== leaf.storage.type || chunk.path.join('\0') !== leaf.path.join('\0'))
      throw new Error('a row group has other columns than the file');
    return new ColumnCursor(library, file, leaf, chunk);
  });
  let rows: string[] = [];
  let bytes = 0;
  for (let row = 0; row < group.rows; row++) {
    if (!cursors.every((cursor) => cursor.repetition === 0 && !cursor.isAtEnd))
      throw new Error('its columns do not have the same length');
    const json = layout.row.read(cursors);
    rows.push(json);
    bytes += json.length;
    if (rows.length < BATCH_ROWS && bytes < BATCH_BYTES) continue;
    yield rows;
    [rows, bytes] = [[], 0];
  }
  yield rows;
  if (!cursors.every((cursor) => cursor.isAtEnd)) throw new Error('its columns do not have the same length');
}

/** Converts an error to a failure of the file, except for system errors. */
function wrongFile(file: ParquetFile, error: unknown): unknown {
  if (error instanceof ConnectorError || (error instanceof Error && 'syscall' in error)) return error;
  return file.wrong(messageOf(error));
}
