import { objectAt, stringAt, type JsonObject } from '../platform/json';
import { ConnectorError } from './connector';
import type { MessageWriter } from './message-writer';
import type { ConfiguredStream } from './messages';
import { PartialLine } from './lines';
import { LineReader, looksLikeRecord, type RawRecord } from './raw-record';
import { streamKey } from './stream-name';

/** Receives the records of one stream. */
export interface StreamTarget {
  /** Adds a record, which need not be stored yet. Its data is valid only during the call. */
  add(record: RawRecord): void;
  /** Called after every chunk of input, for bulk writes. */
  flush?(): Promise<void>;
  /** Stores all records so far durably. */
  commit(): void | Promise<void>;
  /** The stream is complete: an overwrite replaces the old rows now, atomically. */
  complete(): void | Promise<void>;
  /** Releases resources. Without {@link complete} before, the old rows are kept. */
  close(): void | Promise<void>;
}

interface Target {
  readonly stream: StreamTarget;
  rowsSinceState: number;
  complete: boolean;
}

/**
 * Writes streams by the rules of the protocol. A state is acknowledged, with the number of its records, after everything
 * before it is stored. A stream is complete only if its status says so; the end of the input does not count.
 */
export async function writeStreams(
  streams: readonly ConfiguredStream[],
  open: (stream: ConfiguredStream) => StreamTarget | Promise<StreamTarget>,
  input: AsyncIterable<Buffer>,
  output: MessageWriter,
): Promise<void> {
  const targets = new Map<string, Target>();
  try {
    for (const stream of streams) {
      targets.set(streamKey(stream), {
        stream: await open(stream),
        rowsSinceState: 0,
        complete: false,
      });
    }
    await new Writing(targets, output).run(input);
    const missing = streams.filter((stream) => targets.get(streamKey(stream))?.complete !== true);
    if (missing.length > 0) {
      throw new ConnectorError(
        'transient_error',
        `The input ended before these streams were complete: ${missing.map(({ name }) => name).join(', ')}`,
      );
    }
  } finally {
    for (const { stream } of targets.values()) await stream.close();
  }
}

class Writing {
  private readonly reader = new LineReader();
  private current: { stream: string; namespace: string | null; target: Target } | null = null;

  constructor(
    private readonly targets: ReadonlyMap<string, Target>,
    private readonly output: MessageWriter,
  ) {}

  async run(input: AsyncIterable<Buffer>): Promise<void> {
    const rest = new PartialLine();
    for await (const chunk of input) {
      const text = rest.push(chunk)?.toString('latin1') ?? '';
      let start = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
        const other = this.takeUnlessRecord(text, start, end);
        // Not awaited for records, for speed.
        if (other !== undefined) await other;
        start = end + 1;
      }
      for (const { stream } of this.targets.values()) await stream.flush?.();
    }
  }

  private takeUnlessRecord(text: string, start: number, end: number): Promise<void> | undefined {
    const read = this.reader.read(text, start, end);
    if (read === null) {
      if (looksLikeRecord(text.slice(start, end)))
        throw new ConnectorError('system_error', 'The input contains a record that is not a valid message.');
      return undefined;
    }
    if ('message' in read) return this.takeMessage(read.message);
    const { record } = read;
    const target = this.targetOf(record);
    target.stream.add(record);
    target.rowsSinceState++;
    return undefined;
  }

  private targetOf({ stream, namespace }: RawRecord): Target {
    if (this.current?.stream === stream && this.current.namespace === namespace) return this.current.target;
    const target = this.targets.get(streamKey({ name: stream, namespace }));
    if (target === undefined)
      throw new ConnectorError(
        'system_error',
        `The input contains a record of the unknown stream ${stream}.`,
      );
    this.current = { stream, namespace, target };
    return target;
  }

  private async takeMessage(message: JsonObject): Promise<void> {
    if (message['type'] === 'STATE') await this.takeState(objectAt(message, 'state') ?? {});
    if (message['type'] === 'TRACE')
      await this.takeStatus(objectAt(objectAt(message, 'trace') ?? {}, 'stream_status'));
  }

  private async takeState(state: JsonObject): Promise<void> {
    const one = this.described(objectAt(state, 'stream'));
    let recordCount = 0;
    for (const target of one === undefined ? this.targets.values() : [one]) {
      await target.stream.commit();
      recordCount += target.rowsSinceState;
      target.rowsSinceState = 0;
    }
    await this.output.message({ type: 'STATE', state: { ...state, destinationStats: { recordCount } } });
  }

  private async takeStatus(status: JsonObject | undefined): Promise<void> {
    const target = status?.['status'] === 'COMPLETE' ? this.described(status) : undefined;
    if (target === undefined || target.complete) return;
    await target.stream.complete();
    target.complete = true;
  }

  private described(of: JsonObject | undefined): Target | undefined {
    const descriptor = objectAt(of ?? {}, 'stream_descriptor');
    if (descriptor === undefined) return undefined;
    const namespace = stringAt(descriptor, 'namespace') ?? null;
    return this.targets.get(streamKey({ name: stringAt(descriptor, 'name') ?? '', namespace }));
  }
}
