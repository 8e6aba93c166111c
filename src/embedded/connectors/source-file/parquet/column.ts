import type { ParquetFile } from './file';
import type { ColumnChunk, PageHeader, ParquetLibrary, SchemaElement, SchemaTree } from './library';
import { PageReader } from './pages';
import type { ValueKind } from './values';

/** A column of bare values in the schema. */
export interface LeafColumn {
  /** From the schema's root to this column. */
  readonly path: readonly SchemaTree[];
  readonly element: SchemaElement;
  readonly kind: ValueKind;
  /** The definition level of a value that is there. */
  readonly maxDefinition: number;
}

export type ChunkMetaData = NonNullable<ColumnChunk['meta_data']>;

interface Page {
  readonly count: number;
  /** Empty where every value is there. */
  readonly definitions: readonly number[];
  /** Empty where no value repeats. */
  readonly repetitions: readonly number[];
  /** Those that are there; numbers of dictionary entries, if so encoded. */
  readonly values: ArrayLike<unknown>;
  readonly inDictionary: boolean;
}

const NO_PAGE: Page = { count: 0, definitions: [], repetitions: [], values: [], inDictionary: false };

/**
 * The values of a column in one row group, one after the other, with the levels by which Parquet says what they are part
 * of (Dremel's repetition and definition levels). It holds one page at a time.
 */
export class ColumnCursor {
  /** At which level the present value repeats: 0 begins a row, and stands behind the last value too. */
  repetition = 0;
  /** How much of the path to the present value is there. */
  definition = 0;
  private readonly pages: PageReader;
  private dictionary: readonly string[] = [];
  private page = NO_PAGE;
  private at = -1;
  private valueAt = 0;
  private unread: number;

  constructor(
    private readonly library: ParquetLibrary,
    file: ParquetFile,
    private readonly leaf: LeafColumn,
    private readonly chunk: ChunkMetaData,
  ) {
    const { data_page_offset: data, dictionary_page_offset: dictionary } = chunk;
    const start = dictionary !== undefined && dictionary > 0n && dictionary < data ? dictionary : data;
    this.pages = new PageReader(library, file, Number(start));
    this.unread = Number(chunk.num_values);
    this.advance();
  }

  /** Whether every value was read. */
  get isAtEnd(): boolean {
    return this.at >= this.page.count;
  }

  /** The present value as JSON. */
  get json(): string {
    const value = this.page.values[this.valueAt];
    if (!this.page.inDictionary) return this.leaf.kind.toJson(value);
    const text = typeof value === 'number' ? this.dictionary[value] : undefined;
    if (text === undefined) throw new Error('a value is not in the dictionary of its column');
    return text;
  }

  /** Goes on to the next value. */
  advance(): void {
    if (this.at >= 0 && this.definition === this.leaf.maxDefinition) this.valueAt++;
    this.at++;
    while (this.isAtEnd && this.unread > 0) this.nextPage();
    const { repetitions, definitions } = this.page;
    this.repetition = this.isAtEnd ? 0 : (repetitions[this.at] ?? 0);
    this.definition = definitions[this.at] ?? this.leaf.maxDefinition;
  }

  private nextPage(): void {
    const { header, bytes } = this.pages.next();
    if (header.type === 'DICTIONARY_PAGE') this.readDictionary(header, bytes);
    else if (header.type !== 'INDEX_PAGE') this.readData(header, bytes);
  }

  private readDictionary(header: PageHeader, bytes: Uint8Array): void {
    const page = this.decompress(header, bytes);
    const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: 0 };
    const count = header.dictionary_page_header?.num_values ?? 0;
    const values = this.library.readPlain(reader, this.chunk.type, count, this.leaf.element.type_length);
    this.dictionary = Array.from<unknown, string>(values, this.leaf.kind.toJson);
  }

  private readData(header: PageHeader, bytes: Uint8Array): void {
    const { type, codec, path_in_schema: pathInSchema } = this.chunk;
    const { element, path } = this.leaf;
    const { compressors, parsers } = this.library;
    const decoder = { pathInSchema, type, element, schemaPath: [...path], codec, compressors, parsers };
    const { data_page_header: first, data_page_header_v2: second } = header;
    const described = first ?? second;
    if (described === undefined) throw new Error('a page is of an unknown kind');
    const { definitionLevels, repetitionLevels, dataPage } =
      first === undefined
        ? this.library.readDataPageV2(bytes, header, decoder)
        : this.library.readDataPage(this.decompress(header, bytes), first, decoder);
    this.page = {
      count: described.num_values,
      definitions: definitionLevels ?? [],
      repetitions: repetitionLevels,
      values: dataPage,
      inDictionary: described.encoding.endsWith('_DICTIONARY'),
    };
    this.unread -= described.num_values;
    if (this.unread < 0) throw new Error('a column has more values than it says');
    [this.at, this.valueAt] = [0, 0];
  }

  private decompress(header: PageHeader, bytes: Uint8Array): Uint8Array {
    const { decompressPage, compressors } = this.library;
    return decompressPage(bytes, header.uncompressed_page_size, this.chunk.codec, compressors);
  }
}
