import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Compressors, FileMetaData, ParquetParsers } from 'hyparquet' with {
  'resolution-mode': 'import',
};
import type { parquetHeader } from 'hyparquet/src/column.js' with { 'resolution-mode': 'import' };
import type { decompressPage, readDataPage, readDataPageV2 } from 'hyparquet/src/datapage.js' with {
  'resolution-mode': 'import',
};
import type { parquetMetadata, parquetSchema } from 'hyparquet/src/metadata.js' with {
  'resolution-mode': 'import',
};
import type { readPlain } from 'hyparquet/src/plain.js' with { 'resolution-mode': 'import' };

export type { FileMetaData };
export type SchemaTree = ReturnType<typeof parquetSchema>;
export type SchemaElement = SchemaTree['element'];
export type ColumnChunk = FileMetaData['row_groups'][number]['columns'][number];
export type PageHeader = ReturnType<typeof parquetHeader>;

/**
 * What is taken from hyparquet: the footer, and pages as levels and bare values. What the values mean and how rows are
 * put together is done here, since the library makes doubles of decimals and dates of timestamps.
 */
export interface ParquetLibrary {
  readonly parquetHeader: typeof parquetHeader;
  readonly readDataPage: typeof readDataPage;
  readonly readDataPageV2: typeof readDataPageV2;
  readonly decompressPage: typeof decompressPage;
  readonly readPlain: typeof readPlain;
  readonly parquetMetadata: typeof parquetMetadata;
  readonly parquetSchema: typeof parquetSchema;
  readonly compressors: Compressors;
  /** Asked for and not used. */
  readonly parsers: ParquetParsers;
}

/** Loads the library, whose modules can be imported and not required; other formats do without. */
export async function loadParquetLibrary(): Promise<ParquetLibrary> {
  const [column, page, plain, metadata, { DEFAULT_PARSERS }, { compressors }] = await Promise.all([
    import('hyparquet/src/column.js'),
    import('hyparquet/src/datapage.js'),
    import('hyparquet/src/plain.js'),
    import('hyparquet/src/metadata.js'),
    import('hyparquet/src/convert.js'),
    import('hyparquet-compressors'),
  ]);
  return {
    parquetHeader: column.parquetHeader,
    readDataPage: page.readDataPage,
    readDataPageV2: page.readDataPageV2,
    decompressPage: page.decompressPage,
    readPlain: plain.readPlain,
    parquetMetadata: metadata.parquetMetadata,
    parquetSchema: metadata.parquetSchema,
    parsers: DEFAULT_PARSERS,
    compressors: {
      ...compressors,
      // Node's own are faster.
      GZIP: (bytes) => gunzipSync(bytes),
      BROTLI: (bytes) => brotliDecompressSync(bytes),
    },
  };
}
