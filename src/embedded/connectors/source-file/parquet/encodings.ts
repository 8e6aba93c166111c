import { readDelta32, readDelta64, readDeltaLengths, readDeltaTexts } from './delta';
import { readHybrid } from './hybrid';
import type { PhysicalType } from './metadata';
import type { PageBytes } from './page-bytes';

/** The physical type of a column. */
export interface Storage {
  readonly type: PhysicalType;
  /** The length of fixed-length values. */
  readonly length: number;
}

type Values = ArrayLike<unknown>;

/**
 * Decodes the values of a page. They must end at the end of the page. Otherwise bytes of a header would become values, or
 * values would be lost (apache/arrow GH-47662).
 */
export function readValues(bytes: PageBytes, encoding: string, storage: Storage, count: number): Values {
  if (count === 0) return [];
  switch (encoding) {
    case 'PLAIN': {
      const values = readPlain(bytes, storage, count);
      bytes.refuseRest();
      return values;
    }
    case 'BYTE_STREAM_SPLIT': {
      const values = readSplit(bytes, storage, count);
      bytes.refuseRest();
      return values;
    }
    case 'RLE':
      if (storage.type !== 'BOOLEAN') break;
      return Array.from(readHybrid(bytes.part(bytes.uint32()), 1, count), (bit) => bit === 1);
    case 'DELTA_BINARY_PACKED':
      if (storage.type === 'INT32') return readDelta32(bytes, count);
      if (storage.type === 'INT64') return readDelta64(bytes, count);
      break;
    case 'DELTA_LENGTH_BYTE_ARRAY': {
      if (storage.type !== 'BYTE_ARRAY') break;
      const values = readDeltaLengths(bytes, count);
      bytes.refuseRest();
      return values;
    }
    case 'DELTA_BYTE_ARRAY':
      return readSharing(bytes, storage, count);
  }
  throw new Error(`the encoding ${encoding} of ${storage.type} is not supported`);
}

function readSharing(bytes: PageBytes, { type, length }: Storage, count: number): Uint8Array[] {
  if (type !== 'BYTE_ARRAY' && type !== 'FIXED_LEN_BYTE_ARRAY')
    throw new Error(`the encoding DELTA_BYTE_ARRAY of ${type} is not supported`);
  const values = readDeltaTexts(bytes, count);
  bytes.refuseRest();
  if (type === 'FIXED_LEN_BYTE_ARRAY' && values.some((value) => value.length !== length))
    throw new Error('a page is damaged: the length of a value differs from its column');
  return values;
}

/** The PLAIN encoding: consecutive values as in memory. */
export function readPlain(bytes: PageBytes, storage: Storage, count: number): Values {
  switch (storage.type) {
    case 'BOOLEAN': {
      const packed = bytes.take(Math.ceil(count / 8));
      return Array.from(
        { length: count },
        (_, index) => (((packed[index >> 3] ?? 0) >> (index & 7)) & 1) === 1,
      );
    }
    case 'BYTE_ARRAY':
      return readLengthFirst(bytes, count);
    case 'FIXED_LEN_BYTE_ARRAY':
    case 'INT96':
      return cut(bytes.take(count * widthOf(storage)), widthOf(storage), count);
    default:
      return numbersOf(storage, bytes.take(count * widthOf(storage)));
  }
}

function readLengthFirst(bytes: PageBytes, count: number): Uint8Array[] {
  const values: Uint8Array[] = [];
  while (values.length < count) values.push(bytes.take(bytes.uint32()));
  return values;
}

/** The BYTE_STREAM_SPLIT encoding: the first bytes of all values, then the second bytes, and so on. */
function readSplit(bytes: PageBytes, storage: Storage, count: number): Values {
  const { type } = storage;
  if (type === 'BOOLEAN' || type === 'BYTE_ARRAY' || type === 'INT96')
    throw new Error(`the encoding BYTE_STREAM_SPLIT of ${type} is not supported`);
  const width = widthOf(storage);
  const split = bytes.take(count * width);
  const joined = new Uint8Array(split.length);
  for (let index = 0; index < count; index++)
    for (let byte = 0; byte < width; byte++) joined[index * width + byte] = split[byte * count + index] ?? 0;
  return type === 'FIXED_LEN_BYTE_ARRAY' ? cut(joined, width, count) : numbersOf(storage, joined);
}

function widthOf({ type, length }: Storage): number {
  if (type === 'FIXED_LEN_BYTE_ARRAY') return length;
  if (type === 'INT96') return 12;
  return type === 'INT64' || type === 'DOUBLE' ? 8 : 4;
}

function cut(bytes: Uint8Array, width: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * width, (index + 1) * width));
}

/** Copies the bytes, because typed arrays need alignment. Every platform of Node is little-endian. */
function numbersOf({ type }: Storage, bytes: Uint8Array): Values {
  // `Buffer.slice` would not copy.
  const { buffer } = new Uint8Array(bytes);
  switch (type) {
    case 'INT32':
      return new Int32Array(buffer);
    case 'INT64':
      return new BigInt64Array(buffer);
    case 'FLOAT':
      return new Float32Array(buffer);
    default:
      return new Float64Array(buffer);
  }
}
