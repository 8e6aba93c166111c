import type { JsonObject } from '../../platform/json';
import type { ByteText } from '../../protocol/byte-text';
import { toBytes, type MessageWriter } from '../../protocol/message-writer';
import { streamState } from '../../protocol/messages';
import { recordPrefix } from '../../protocol/raw-record';
import type { CursorFilter } from './cursor-filter';
import type { RowSink } from './row-sink';

/** The number of rows between two states. A killed sync repeats at most this many rows. */
const CHECKPOINT_ROWS = 25_000;

/** The rows that a sink writes, and the files that its states name. */
export interface Selection {
  readonly files: string;
  /** The number of rows that an earlier attempt has sent. */
  readonly skip: number;
  /** Null for all rows. */
  readonly filter: CursorFilter | null;
}

/** Writes rows as records, with a state after each {@link CHECKPOINT_ROWS}. */
export class RecordSink implements RowSink {
  private readonly head: Buffer;
  private tail = Buffer.alloc(0);
  private rows = 0;
  private sinceState = 0;
  private rowStart = 0;

  constructor(
    private readonly output: MessageWriter,
    private readonly name: string,
    private readonly selection: Selection,
  ) {
    this.head = Buffer.from(recordPrefix(name, null), 'latin1');
    this.setTime(Date.now());
  }

  get text(): ByteText {
    return this.output.text;
  }

  get isFull(): boolean {
    return this.output.isFull;
  }

  /** The state after the rows so far. */
  get state(): JsonObject {
    const { files, filter } = this.selection;
    return streamState(this.name, null, { rows: this.rows, files, ...filter?.saved }, this.sinceState);
  }

  /** Sets the time of the next records. */
  setTime(atMs: number): void {
    this.tail = Buffer.from(`,"emitted_at":${atMs}}}`);
  }

  begin(): void {
    this.text.addBytes(this.head);
    this.rowStart = this.text.length;
  }

  end(): void {
    const { filter, skip } = this.selection;
    const isNew = filter?.accepts(this.text.textFrom(this.rowStart), this.rows + 1) ?? true;
    if (++this.rows <= skip || !isNew) {
      this.drop();
      return;
    }
    this.text.addBytes(this.tail);
    this.output.endLine();
    if (++this.sinceState < CHECKPOINT_ROWS) return;
    this.output.line(toBytes(JSON.stringify(this.state)));
    this.sinceState = 0;
  }

  drop(): void {
    this.output.dropLine();
  }
}
