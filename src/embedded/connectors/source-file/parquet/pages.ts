import { crc32 } from 'node:zlib';
import type { ParquetFile } from './file';
import type { PageHeader, ParquetLibrary } from './library';

/** Page headers are usually much shorter, but may contain statistics of long values. */
const HEADER_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 16 * 1024 * 1024;

/** A page as stored in the file. */
export interface RawPage {
  readonly header: PageHeader;
  /** The compressed data after the header. */
  readonly bytes: Uint8Array;
}

/** Reads the pages of a column chunk in order. */
export class PageReader {
  constructor(
    private readonly library: Pick<ParquetLibrary, 'parquetHeader'>,
    private readonly file: ParquetFile,
    private position: number,
  ) {}

  /** @throws Error if the page is truncated, or has a wrong checksum */
  next(): RawPage {
    const { header, headerBytes, window } = this.readHeader();
    const length = header.compressed_page_size;
    const start = this.position + headerBytes;
    const bytes =
      headerBytes + length <= window.length
        ? window.subarray(headerBytes, headerBytes + length)
        : this.file.read(start, start + length);
    this.position = start + length;
    if (header.crc !== undefined && crc32(bytes) !== header.crc >>> 0)
      throw new Error('a page is damaged: its checksum is wrong');
    return { header, bytes };
  }

  /** The length of a header is unknown, so a truncated one is read again with more bytes. */
  private readHeader(): { header: PageHeader; headerBytes: number; window: Uint8Array } {
    for (let length = HEADER_BYTES; ; length *= 16) {
      const window = this.file.read(this.position, Math.min(this.position + length, this.file.size));
      const reader = { view: new DataView(window.buffer), offset: 0 };
      try {
        const header = this.library.parquetHeader(reader);
        return { header, headerBytes: reader.offset, window };
      } catch (error) {
        const isCutOff = error instanceof RangeError && window.length === length;
        if (!isCutOff || length >= MAX_HEADER_BYTES) throw error;
      }
    }
  }
}
