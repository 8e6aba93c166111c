import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { identityOf } from '../local-file';
import { ParquetFile } from './file';
import type { PageHeader } from './library';
import { PageReader } from './pages';

const CONTENT = Buffer.from('the content of a page');

/** Headers of four bytes: few writers make checksums, so pages that have one are made up. */
function firstPageOf(content: Buffer, crc: number): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'pages-'));
  const path = join(folder, 'file');
  writeFileSync(path, Buffer.concat([Buffer.alloc(4), content]));
  const descriptor = openSync(path, 'r');
  const identity = identityOf(fstatSync(descriptor, { bigint: true }));
  const file = new ParquetFile({
    name: path,
    descriptor,
    identity,
    close: () => {
      closeSync(descriptor);
    },
  });
  const parquetHeader = (reader: { offset: number }): PageHeader => {
    reader.offset += 4;
    return { type: 'DATA_PAGE', uncompressed_page_size: 1, compressed_page_size: CONTENT.length, crc };
  };
  try {
    return new PageReader({ parquetHeader }, file, 0).next().bytes;
  } finally {
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  }
}

describe('a page with a checksum', () => {
  // Thrift knows signed numbers only.
  const crc = crc32(CONTENT) | 0;

  it('is read if the checksum matches', () => {
    expect(firstPageOf(CONTENT, crc)).toEqual(new Uint8Array(CONTENT));
  });

  it('is refused if a bit has changed', () => {
    const changed = Buffer.from(CONTENT);
    changed.writeUInt8(changed.readUInt8(5) ^ 1, 5);
    expect(() => firstPageOf(changed, crc)).toThrow('a page is damaged: its checksum is wrong');
  });
});
