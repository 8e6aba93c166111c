import { objectAt, parseObject, stringAt, type JsonObject } from '../json';
import type { StreamName } from '../store/attempts';
import { keyOf, type Ledger } from './ledger';

const NEWLINE = 0x0a;
const RECORD = Buffer.from('{"type":"RECORD","record":{"stream":');

/** A piece of the source's output, in its order: records to pass on as they are, or another message. */
export type Piece = { readonly records: Buffer } | { readonly message: JsonObject };

/**
 * Cuts a source's output into pieces. Lines that begin like records are counted and passed on as bytes, which is
 * what makes a million rows cheap; all other lines are parsed, and those that are no messages are dropped.
 */
export class Forwarder {
  private rest: Buffer = Buffer.alloc(0);
  private current: { key: string; stream: StreamName; head: Buffer } | null = null;

  constructor(private readonly ledger: Ledger) {}

  /**
   * The pieces of a chunk; an unended last line waits for the next. Records are counted as they are reached, so a
   * state must be dealt with before the next piece is asked for.
   */
  *push(chunk: Buffer): Generator<Piece> {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let runStart = 0;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const next = end + 1;
      if (!this.countRecord(bytes, start, next)) {
        if (start > runStart) yield { records: bytes.subarray(runStart, start) };
        const piece = this.parse(bytes.subarray(start, end));
        if (piece !== null) yield piece;
        runStart = next;
      }
      start = next;
    }
    if (start > runStart) yield { records: bytes.subarray(runStart, start) };
    this.rest = bytes.subarray(start);
  }

  /** The last line, if it was not ended: it is a message if it is whole, and dropped otherwise. */
  *end(): Generator<Piece> {
    if (this.rest.length > 0) yield* this.push(Buffer.from('\n'));
  }

  /** Counts a line that begins like a record of the stream seen last, or finds out which stream it is of. */
  private countRecord(bytes: Buffer, start: number, next: number): boolean {
    if (this.current !== null && beginsWith(bytes, start, next, this.current.head)) {
      this.ledger.addRecords(this.current.key, this.current.stream, 1, next - start);
      return true;
    }
    if (!beginsWith(bytes, start, next, RECORD)) return false;
    const record = objectAt(parseObject(bytes.toString('utf8', start, next)) ?? {}, 'record');
    if (record === undefined) return false;
    const stream = this.count(record, next - start);
    const namespace = stream.namespace === '' ? '' : `,"namespace":${JSON.stringify(stream.namespace)}`;
    // Names that the data follows at once are sure to be the only ones on the line that count.
    const head = Buffer.from(`${RECORD.toString()}${JSON.stringify(stream.name)}${namespace},"data":`);
    this.current = beginsWith(bytes, start, next, head) ? { key: keyOf(stream), stream, head } : null;
    return true;
  }

  private parse(line: Buffer): Piece | null {
    const message = parseObject(line.toString('utf8'));
    const record = message?.['type'] === 'RECORD' ? objectAt(message, 'record') : undefined;
    if (message === null || record === undefined) return message === null ? null : { message };
    this.count(record, line.length + 1);
    return { records: Buffer.concat([line, Buffer.from('\n')]) };
  }

  private count(record: JsonObject, bytes: number): StreamName {
    const stream = { name: stringAt(record, 'stream') ?? '', namespace: stringAt(record, 'namespace') ?? '' };
    this.ledger.addRecords(keyOf(stream), stream, 1, bytes);
    return stream;
  }
}

function beginsWith(bytes: Buffer, start: number, end: number, head: Buffer): boolean {
  return end - start > head.length && bytes.compare(head, 0, head.length, start, start + head.length) === 0;
}
