import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { decompressLz4, decompressLz4Raw } from './lz4';

type Decompress = (bytes: Uint8Array, length: number) => Uint8Array;

/** Decompression of Snappy and zstd, which Node 20 does not include. */
export interface MoreCodecs {
  readonly SNAPPY: Decompress;
  readonly ZSTD: Decompress;
}

/** Decompresses a page. */
export function decompress(codec: string, bytes: Uint8Array, length: number, more: MoreCodecs): Uint8Array {
  const page =
    codec === 'UNCOMPRESSED' || length === 0 ? bytes.subarray(0, length) : unpack(codec, bytes, length, more);
  if (page.length !== length) throw new Error('a page is damaged: its length differs from its header');
  return page;
}

function unpack(codec: string, bytes: Uint8Array, length: number, more: MoreCodecs): Uint8Array {
  switch (codec) {
    case 'GZIP':
      return gunzipSync(bytes, { maxOutputLength: length });
    case 'BROTLI':
      return brotliDecompressSync(bytes, { maxOutputLength: length });
    case 'SNAPPY':
      return more.SNAPPY(bytes, length);
    case 'ZSTD':
      return more.ZSTD(bytes, length);
    case 'LZ4':
      return decompressLz4(bytes, length);
    case 'LZ4_RAW':
      return decompressLz4Raw(bytes, length);
    default:
      throw new Error(`the compression ${codec} is not supported`);
  }
}
