import type { JsonObject } from '../../../json';
import { ConnectorError } from '../../../protocol/connector';
import { messageOf } from '../../../system-error';
import type { LocalFile } from '../local-file';
import { PageCollector } from './collector';
import { ColumnCursor } from './column';
import { ParquetFile } from './file';
import { layoutOf, type Layout } from './layout';
import { loadParquetLibrary, type FileMetaData, type ParquetLibrary } from './library';

const BATCH_ROWS = 500;

/** Rows of a Parquet file, each as one JSON object, spelt as one character per byte. */
export async function* parquetRows(source: LocalFile): AsyncGenerator<readonly string[]> {
  const library = await loadParquetLibrary();
  const file = new ParquetFile(source);
  try {
    const metadata = file.readMetadata(library);
    const layout = layoutOf(library.parquetSchema(metadata));
    const pages = new PageCollector();
    for (const group of metadata.row_groups) {
      for (const rows of rowsOfGroup({ library, file, layout }, group)) {
        yield rows;
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
    return layoutOf(library.parquetSchema(file.readMetadata(library))).properties;
  } catch (error) {
    throw wrongFile(file, error);
  }
}

interface Reading {
  readonly library: ParquetLibrary;
  readonly file: ParquetFile;
  readonly layout: Layout;
}

/** A file that says it has more or fewer values than it has is damaged: none of its rows may be taken for another. */
function* rowsOfGroup(
  { library, file, layout }: Reading,
  group: FileMetaData['row_groups'][number],
): Generator<readonly string[]> {
  const cursors = layout.leaves.map((leaf, index) => {
    const chunk = group.columns[index]?.meta_data;
    if (chunk === undefined) throw new Error('a column is encrypted or in another file');
    return new ColumnCursor(library, file, leaf, chunk);
  });
  const isAtStart = (): boolean => cursors.every((cursor) => cursor.repetition === 0);
  const total = Number(group.num_rows);
  for (let from = 0; from < total; from += BATCH_ROWS) {
    const rows: string[] = [];
    for (let row = from; row < Math.min(from + BATCH_ROWS, total); row++) {
      if (!isAtStart() || cursors.some((cursor) => cursor.isAtEnd))
        throw new Error('its columns are not equally long');
      rows.push(layout.row.read(cursors));
    }
    yield rows;
  }
  if (!cursors.every((cursor) => cursor.isAtEnd)) throw new Error('its columns are not equally long');
}

/** What goes wrong while a Parquet file is taken apart is the file's fault, unless the system says otherwise. */
function wrongFile(file: ParquetFile, error: unknown): unknown {
  if (error instanceof ConnectorError || (error instanceof Error && 'syscall' in error)) return error;
  return file.wrong(messageOf(error));
}
