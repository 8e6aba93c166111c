import { readSync } from 'node:fs';
import { parseObject } from '../../platform/json';

/** Every line of this connector begins with these bytes. */
const LINE_START = '{"_airbyte_ab_id":"';
const LINE_FEED = 0x0a;
const CHUNK_BYTES = 1024 * 1024;

/**
 * Whether a part of a file has only lines that this connector could have written. Its last line may be incomplete, because
 * a killed run can stop within a line. Text that was added behind an incomplete line is found as well: the last complete
 * line is then no JSON.
 */
export function hasOnlyOwnLines(fd: number, start: number, end: number): boolean {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let [lineStart, lastLine, lastEnd] = [start, start, start];
  for (let position = start; position < end;) {
    const length = readSync(fd, chunk, 0, Math.min(CHUNK_BYTES, end - position), position);
    if (length === 0) break;
    const read = chunk.subarray(0, length);
    for (let feed = read.indexOf(LINE_FEED); feed !== -1; feed = read.indexOf(LINE_FEED, feed + 1)) {
      if (!beginsLikeOwn(fd, read, position, lineStart)) return false;
      [lastLine, lastEnd] = [lineStart, position + feed];
      lineStart = position + feed + 1;
    }
    position += length;
  }
  if (!LINE_START.startsWith(textAt(fd, lineStart, Math.min(end, lineStart + LINE_START.length))))
    return false;
  return lastEnd === start || parseObject(textAt(fd, lastLine, lastEnd)) !== null;
}

/** The chunk contains the beginning of most lines, so that few lines need a read of their own. */
function beginsLikeOwn(fd: number, chunk: Buffer, position: number, lineStart: number): boolean {
  const [from, to] = [lineStart - position, lineStart - position + LINE_START.length];
  const isInChunk = from >= 0 && to <= chunk.length;
  const text = isInChunk
    ? chunk.toString('latin1', from, to)
    : textAt(fd, lineStart, lineStart + LINE_START.length);
  return text === LINE_START;
}

function textAt(fd: number, start: number, end: number): string {
  const bytes = Buffer.alloc(end - start);
  return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, start));
}
