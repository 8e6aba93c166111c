import { ByteText } from '../../protocol/byte-text';

/** Receives the rows of a file. Each is a JSON object, one character per byte. */
export interface RowSink {
  /** Takes the parts of a row between {@link begin} and {@link end}. */
  readonly text: ByteText;
  begin(): void;
  end(): void;
  /** Drops the row that has begun. */
  drop(): void;
  /** Whether it should take no more rows for now. It is asked between the pieces of a file. */
  readonly isFull: boolean;
}

/** Adds a complete row. */
export function addRow(sink: RowSink, row: string): void {
  sink.begin();
  sink.text.add(row);
  sink.end();
}

/** A sink that passes each row on, as bytes that are valid during the call. */
export function eachRow(take: (row: Buffer) => void = () => undefined): RowSink {
  const text = new ByteText();
  const drop = (): void => {
    text.clear();
  };
  const end = (): void => {
    take(text.bytes);
  };
  return { text, begin: drop, end, drop, isFull: false };
}
