import type { parquetHeader } from 'hyparquet/src/column.js' with { 'resolution-mode': 'import' };
import type { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js' with {
  'resolution-mode': 'import',
};
import type { MoreCodecs } from './codecs';

export type PageHeader = ReturnType<typeof parquetHeader>;

/**
 * The used parts of hyparquet: Thrift, page headers, Snappy and zstd. Levels, encodings and values are decoded here,
 * because the library does not validate page headers, and converts decimals to doubles and timestamps to dates. These
 * parts are internal modules of the package, so its version is pinned exactly.
 */
export interface ParquetLibrary {
  readonly parquetHeader: typeof parquetHeader;
  readonly readThrift: typeof deserializeTCompactProtocol;
  readonly codecs: MoreCodecs;
}

/** Loads the library on demand. Its ES modules cannot be loaded with `require`. */
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
