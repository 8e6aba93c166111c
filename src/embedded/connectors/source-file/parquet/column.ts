import { ConnectorError } from '../../../protocol/connector';
import { messageOf } from '../../../platform/system-error';
import { decompress } from './codecs';
import { readPlain, readValues, type Storage } from './encodings';
import type { ParquetFile } from './file';
import { readHybrid, readOldPacked } from './hybrid';
import type { PageHeader, ParquetLibrary } from './library';
import type { ColumnChunk } from './metadata';
import { PageBytes } from './page-bytes';
import { PageReader, type RawPage } from './pages';
import type { ValueKind } from './values';

/** A column of primitive values in the schema. */
export interface LeafColumn {
  /** The names from the schema's root to this column. */
  readonly path: readonly string[];
  readonly storage: Storage;
  readonly kind: ValueKind;
  /** The definition level of a value that is not null. */
  readonly maxDefinition: number;
  readonly maxRepetition: number;
}

interface Page {
  readonly count: number;
  /** Null if no value is null. */
  readonly definitions: Int32Array | null;
  /** Null if no value repeats. */
  readonly repetitions: Int32Array | null;
  /** The values that are not null, or their dictionary indexes. */
  readonly values: ArrayLike<unknown>;
  readonly inDictionary: boolean;
}

const NO_PAGE: Page = { count: 0, definitions: null, repetitions: null, values: [], inDictionary: false };
/** A page with more values is damaged: writers limit pages by bytes and rows. */
const MAX_PAGE_VALUES = 1 << 26;

/**
 * Reads the values of a column in one row group in order, with their repetition and definition levels (Dremel). It holds
 * one page at a time.
 */
export class ColumnCursor {
  /** The repetition level of the current value. 0 begins a row, and also follows the last value. */
  repetition = 0;
  /** The definition level of the current value. */
  definition = 0;
  private readonly pages: PageReader;
  private dictionary: readonly string[] | null = null;
  private page = NO_PAGE;
  private at = -1;
  private valueAt = 0;
  private unread: number;

  constructor(
    private readonly library: ParquetLibrary,
    file: ParquetFile,
    private readonly leaf: LeafColumn,
    private readonly chunk: ColumnChunk,
  ) {
    this.pages = new PageReader(library, file, chunk.start);
    this.unread = chunk.values;
    this.advance();
  }

  /** Whether every value was read. */
  get isAtEnd(): boolean {
    return this.at >= this.page.count;
  }

  /** The current value as JSON. */
  get json(): string {
    const value = this.page.values[this.valueAt];
    if (!this.page.inDictionary) return this.leaf.kind.toJson(value);
    const text = typeof value === 'number' ? this.dictionary?.[value] : undefined;
    if (text === undefined) throw new Error('a value is not in the dictionary of its column');
    return text;
  }

  /** Moves to the next value. */
  advance(): void {
    if (this.at >= 0 && this.definition === this.leaf.maxDefinition) this.valueAt++;
    this.at++;
    while (this.isAtEnd && this.unread > 0) this.nextPage();
    const { repetitions, definitions } = this.page;
    this.repetition = this.isAtEnd ? 0 : (repetitions?.[this.at] ?? 0);
    this.definition = definitions?.[this.at] ?? this.leaf.maxDefinition;
  }

  private nextPage(): void {
    try {
      this.readPage(this.pages.next());
    } catch (error) {
      const reason = messageOf(error);
      const isNamed = error instanceof ConnectorError || reason.startsWith('column ');
      throw isNamed ? error : new Error(`column ${this.leaf.path.join('.')}: ${reason}`, { cause: error });
    }
  }

  private readPage({ header, bytes }: RawPage): void {
    if (header.type === 'DICTIONARY_PAGE') this.readDictionary(header, bytes);
    else if (header.type === 'DATA_PAGE') this.readData(header, bytes);
    else if (header.type === 'DATA_PAGE_V2') this.readDataV2(header, bytes);
    // Index pages are ignored.
    else if (header.index_page_header === undefined) throw new Error('a page is of an unknown kind');
  }

  private readDictionary(header: PageHeader, bytes: Uint8Array): void {
    const { num_values: count, encoding } = header.dictionary_page_header ?? {};
    if (this.dictionary !== null) throw new Error('a column has two dictionaries');
    if (count === undefined || (encoding !== 'PLAIN' && encoding !== 'PLAIN_DICTIONARY'))
      throw new Error('the dictionary of a column is damaged');
    const page = new PageBytes(this.decompress(bytes, header.uncompressed_page_size));
    refuseCount(count, MAX_PAGE_VALUES);
    const values = count === 0 ? [] : readPlain(page, this.leaf.storage, count);
    page.refuseRest();
    this.dictionary = Array.from<unknown, string>(values, this.leaf.kind.toJson);
  }

  private readData(header: PageHeader, bytes: Uint8Array): void {
    const described = header.data_page_header;
    if (described === undefined) throw new Error('a page is damaged: its header lacks a part');
    const count = described.num_values;
    refuseCount(count, this.unread);
    const page = new PageBytes(this.decompress(bytes, header.uncompressed_page_size));
    const { maxRepetition, maxDefinition } = this.leaf;
    const repetitions = readLevels(page, described.repetition_level_encoding, maxRepetition, count);
    const definitions = readLevels(page, described.definition_level_encoding, maxDefinition, count);
    this.takePage(count, repetitions, definitions, page, described.encoding);
  }

  /** Levels come first and are not compressed. Nulls are counted, because the header may be wrong. */
  private readDataV2(header: PageHeader, bytes: Uint8Array): void {
    const described = header.data_page_header_v2;
    if (described === undefined) throw new Error('a page is damaged: its header lacks a part');
    const count = described.num_values;
    refuseCount(count, this.unread);
    const whole = new PageBytes(bytes);
    const lengths = [
      described.repetition_levels_byte_length,
      described.definition_levels_byte_length,
    ] as const;
    const [repetitionBytes, definitionBytes] = [whole.part(lengths[0]), whole.part(lengths[1])];
    const { maxRepetition, maxDefinition } = this.leaf;
    const repetitions = readPart(repetitionBytes, maxRepetition, count);
    const definitions = readPart(definitionBytes, maxDefinition, count);
    const rest = whole.take(whole.left);
    const length = header.uncompressed_page_size - lengths[0] - lengths[1];
    const isCompressed = described.is_compressed !== false;
    const values = isCompressed ? this.decompress(rest, length) : rest;
    this.takePage(count, repetitions, definitions, new PageBytes(values), described.encoding);
  }

  private takePage(
    count: number,
    repetitions: Int32Array | null,
    definitions: Int32Array | null,
    bytes: PageBytes,
    encoding: string,
  ): void {
    const present = definitions === null ? count : countOf(definitions, this.leaf.maxDefinition);
    const inDictionary = encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY';
    const values = inDictionary
      ? readIndexes(bytes, present)
      : readValues(bytes, encoding, this.leaf.storage, present);
    this.page = { count, definitions, repetitions, values, inDictionary };
    this.unread -= count;
    [this.at, this.valueAt] = [0, 0];
  }

  private decompress(bytes: Uint8Array, length: number): Uint8Array {
    if (!(length >= 0 && length <= MAX_PAGE_BYTES))
      throw new Error('a page is damaged, or longer than 1 GiB');
    return decompress(this.chunk.codec, bytes, length, this.library.codecs);
  }
}

/** The format allows 31 bits for the length. Writers create pages of about a megabyte. */
const MAX_PAGE_BYTES = 1 << 30;

function refuseCount(count: number, most: number): void {
  if (!(count >= 0 && count <= Math.min(most, MAX_PAGE_VALUES)))
    throw new Error('a page is damaged: it has more values than its column');
}

function readIndexes(bytes: PageBytes, count: number): Int32Array {
  if (count === 0) return new Int32Array(0);
  return readHybrid(bytes, bytes.byte(), count);
}

function readLevels(page: PageBytes, encoding: string, highest: number, count: number): Int32Array | null {
  if (highest === 0) return null;
  if (encoding === 'BIT_PACKED') return checked(readOldPacked(page, widthOf(highest), count), highest);
  if (encoding !== 'RLE') throw new Error(`the encoding ${encoding} of levels is not supported`);
  return readPart(page.part(page.uint32()), highest, count);
}

function readPart(bytes: PageBytes, highest: number, count: number): Int32Array | null {
  return highest === 0 ? null : checked(readHybrid(bytes, widthOf(highest), count), highest);
}

function checked(levels: Int32Array, highest: number): Int32Array {
  for (const level of levels)
    if (level > highest || level < 0)
      throw new Error('a page is damaged: a level is higher than the column allows');
  return levels;
}

function widthOf(highest: number): number {
  return 32 - Math.clz32(highest);
}

function countOf(levels: Int32Array, wanted: number): number {
  let count = 0;
  for (const level of levels) if (level === wanted) count++;
  return count;
}
