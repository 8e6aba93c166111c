import { parseObject, type JsonObject } from '../platform/json';
import { PartialLine } from '../protocol/lines';
import { hasAt } from '../protocol/json-scan';
import { fromBytes } from '../protocol/message-writer';
import { LineReader, looksLikeRecord, recordPrefix, type RawRecord } from '../protocol/raw-record';
import { namespaceOf, streamKey, type StreamName } from '../protocol/stream-name';
import { GuardError, type Checkpoints } from './checkpoints';
import { MAX_MESSAGE_BYTES } from './limits';
import type { Rename } from './naming';

const RECORD = '{"type":"RECORD"';

/** A piece of the source's output, in order: records to forward, or another message. */
export type Piece =
  | { readonly records: Buffer }
  | { readonly message: JsonObject; /** One character per byte. */ readonly line: string };

/** The stream of the last record, with the prefix of its lines at the source and at the destination. */
interface Current {
  readonly key: string;
  readonly stream: StreamName;
  /** One character per byte. */
  readonly prefix: string;
  /** Null if the names do not change, so that runs of lines are forwarded unchanged. */
  readonly newPrefix: Buffer | null;
}

/**
 * Splits a source's output into pieces. Lines with the prefix of the previous record are counted and forwarded as bytes
 * without parsing, for speed. All other lines are parsed. Lines that are not messages are dropped; one that looks like a
 * record is an error.
 */
export class Forwarder {
  private readonly rest = new PartialLine(MAX_MESSAGE_BYTES);
  private current: Current | null = null;
  private readonly reader = new LineReader();
  private uncounted = { rows: 0, bytes: 0 };

  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly rename: Rename = (stream) => stream,
    /** The keys of the configured streams; null for any. */
    private readonly configured: ReadonlySet<string> | null = null,
  ) {}

  /**
   * The pieces of a chunk; a partial last line waits for the next chunk. Records are counted lazily, so a state must be
   * handled before the next piece is requested.
   */
  *push(chunk: Buffer): Generator<Piece> {
    const bytes = this.rest.push(chunk);
    if (bytes === null) return;
    // Searching in a string is faster than in a buffer.
    const text = bytes.toString('latin1');
    const parts = new Parts(bytes);
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const next = end + 1;
      if (!this.forwardBytes(text, start, next, parts)) {
        const line = text.slice(start, end);
        this.countForwarded();
        const message = this.forwardParsed(line, parts, start);
        if (message !== null) {
          if (!parts.isEmpty) yield { records: parts.take() };
          yield { message, line };
        }
      }
      start = next;
    }
    this.countForwarded();
    if (!parts.isEmpty) yield { records: parts.take() };
  }

  /** Counts consecutive records of one stream together, for speed. */
  private countForwarded(): void {
    const { current, uncounted } = this;
    if (current === null || uncounted.rows === 0) return;
    this.checkpoints.addRecords(current.key, current.stream, uncounted.rows, uncounted.bytes);
    this.uncounted = { rows: 0, bytes: 0 };
  }

  /**
   * The last line without a newline, if it is a complete message.
   * @throws GuardError if it is an incomplete message, since data is missing although the source succeeded
   */
  *end(): Generator<Piece> {
    const rest = this.rest.take();
    const text = rest.toString('utf8');
    if (parseObject(text) !== null) yield* this.push(Buffer.concat([rest, Buffer.from('\n')]));
    else if (text.trimStart().startsWith('{'))
      throw new GuardError('The source ended in the middle of a message.');
  }

  /** Forwards a record of the same stream as the previous one without parsing. */
  private forwardBytes(text: string, start: number, next: number, parts: Parts): boolean {
    const { current } = this;
    if (current === null || !hasAt(text, current.prefix, start)) return false;
    this.uncounted.rows++;
    this.uncounted.bytes += next - start;
    if (current.newPrefix === null) parts.addRun(start, next);
    else {
      parts.add(current.newPrefix);
      parts.addRun(start + current.prefix.length, next);
    }
    return true;
  }

  /** Parses any other line. Returns a message that is not a record, or null. */
  private forwardParsed(line: string, parts: Parts, start: number): JsonObject | null {
    if (!line.startsWith(RECORD)) {
      const message = parseObject(fromBytes(line));
      if (message !== null && message['type'] !== 'RECORD') return message;
    }
    const read = this.reader.read(line);
    if (read === null || 'message' in read) {
      if (looksLikeRecord(line))
        throw new GuardError('The source sent a record that is not a valid message.');
      return null;
    }
    const { record } = read;
    const stream = { name: record.stream, namespace: record.namespace ?? '' };
    if (this.configured?.has(streamKey(stream)) === false)
      throw new GuardError(`The source sent a record of stream ${stream.name}, which is not configured.`);
    this.checkpoints.addRecords(streamKey(stream), stream, 1, line.length + 1);
    this.current = this.currentFor(record, stream, line);
    if (this.rename(stream).name === stream.name && this.rename(stream).namespace === stream.namespace) {
      parts.addRun(start, start + line.length + 1);
    } else parts.add(this.rebuilt(record, stream));
    return null;
  }

  /** Lines are matched by prefix only if the data follows the names directly: no later member can then change the names. */
  private currentFor(record: RawRecord, stream: StreamName, line: string): Current | null {
    const prefix = recordPrefix(record.stream, record.namespace);
    if (!line.startsWith(prefix)) return null;
    const newPrefix = this.prefixOf(stream);
    const isSame = newPrefix.toString('latin1') === prefix;
    return { key: streamKey(stream), stream, prefix, newPrefix: isSame ? null : newPrefix };
  }

  private prefixOf(stream: StreamName): Buffer {
    const renamed = this.rename(stream);
    return Buffer.from(recordPrefix(renamed.name, namespaceOf(renamed)), 'latin1');
  }

  private rebuilt({ data, emittedAtMs }: RawRecord, stream: StreamName): Buffer {
    return Buffer.concat([
      this.prefixOf(stream),
      Buffer.from(`${data.json},"emitted_at":${emittedAtMs}}}\n`, 'latin1'),
    ]);
  }
}

/** Parts of a chunk to forward. Adjacent runs are merged, and a single part is not copied. */
class Parts {
  private parts: Buffer[] = [];
  private runStart = 0;
  private runEnd = 0;

  constructor(private readonly bytes: Buffer) {}

  get isEmpty(): boolean {
    return this.parts.length === 0 && this.runEnd === this.runStart;
  }

  addRun(start: number, end: number): void {
    if (start !== this.runEnd) {
      this.closeRun();
      this.runStart = start;
    }
    this.runEnd = end;
  }

  add(part: Buffer): void {
    this.closeRun();
    this.parts.push(part);
  }

  take(): Buffer {
    this.closeRun();
    const [first, ...others] = this.parts;
    const taken = first !== undefined && others.length === 0 ? first : Buffer.concat(this.parts);
    this.parts = [];
    return taken;
  }

  private closeRun(): void {
    if (this.runEnd > this.runStart) this.parts.push(this.bytes.subarray(this.runStart, this.runEnd));
    this.runStart = this.runEnd;
  }
}
