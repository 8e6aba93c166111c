import type { parquetHeader } from 'hyparquet/src/column.js' with { 'resolution-mode': 'import' };
import type { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js' with {
  'resolution-mode': 'import',
};
import type { MoreCodecs } from './codecs';

export type PageHeader = ReturnType<typeof parquetHeader>;

/**
 * What is taken from hyparquet: Thrift, the headers of pages, Snappy and zstd. Levels, encodings and values are read here,
 * since the library trusts what a page says of itself, and makes doubles of decimals and dates of timestamps.
 */
export interface ParquetLibrary {
  readonly parquetHeader: typeof parquetHeader;
  readonly readThrift: typeof deserializeTCompactProtocol;
  readonly codecs: MoreCodecs;
}

/** Loads the library, whose modules can be imported and not required; other formats do without. */
export async function loadParquetLibrary(): Promise<ParquetLibrary> {
  const [column, thrift, { compressors }] = await Promise.all([
    import('hyparquet/src/column.js'),
    import('hyparquet/src/thrift.js'),
    import('hyparquet-compressors'),
  ]);
  const { SNAPPY, ZSTD } = compressors;
  if (SNAPPY === undefined || ZSTD === undefined) throw new Error('hyparquet-compressors lacks a codec');
  return {
    parquetHeader: column.parquetHeader,
    readThrift: thrift.deserializeTCompactProtocol,
    codecs: { SNAPPY, ZSTD },
  };
}
