import { randomUUID } from 'node:crypto';
import type { RedisScript, RedisState } from '../../redis/redis-state';
import {
  type CountedDraft,
  type EventDraft,
  type EventStore,
  EventStoreUnavailable,
  type KnownRow,
  type LogBounds,
  type LogChange,
  type LogEnds,
  type LogState,
  LogStateOutdated,
  type Part,
  type StoredEvent,
} from './event-store';
import { APPEND, ENDS, FIND, KNOWN, LEAD, META, NOTE_READER, PUBLISH, READ, RESIGN } from './redis-scripts';

/** The writer renews it every second. Another replica takes over after this time. */
const LEASE_MS = 5000;
/** Events of one command, so that its answer fits into the time limit of commands. */
const PAGE = 500;
const KEYS = ['lease', 'meta', 'log', 'ids', 'known', 'sequences'];
const POSITION = /^(\d{1,15})-(\d{1,15})$/;

/** The log of all replicas that share a Redis. It lasts as long as Redis keeps its data. */
export class RedisEventStore implements EventStore {
  private readonly owner = randomUUID();
  /** Number of changes that the state of this process includes. */
  private version = 0;
  private readonly keys: readonly string[];

  constructor(
    private readonly redis: RedisState,
    upstreamId: string,
    private readonly bounds: LogBounds,
    private readonly nowMs: () => number,
  ) {
    // The hash tag in braces keeps all keys on one node of a cluster.
    this.keys = KEYS.map((name) => `airbyte-ingestion:{events-${upstreamId}}:${name}`);
  }

  async lead(completeUntilMs: number | null): Promise<boolean> {
    return (await this.run(LEAD, [this.owner, LEASE_MS, completeUntilMs ?? ''])) === 1;
  }

  async resign(): Promise<void> {
    // If it fails, the lease expires.
    await this.redis.run(RESIGN, this.keys, [this.owner]);
  }

  async load(): Promise<LogState> {
    const [version, begunAtMs, cursorMs] = await this.meta('version', 'begunAtMs', 'cursorMs');
    this.version = version ?? 0;
    const isBegun = typeof begunAtMs === 'number' && typeof cursorMs === 'number';
    return { progress: isBegun ? { begunAtMs, cursorMs } : null, known: await this.loadKnown() };
  }

  async append({ drafts, known, progress }: LogChange): Promise<void> {
    const { retentionMs, maxEvents } = this.bounds;
    const version = await this.run(APPEND, [
      this.owner,
      this.version,
      progress.begunAtMs,
      progress.cursorMs,
      this.nowMs() - retentionMs,
      maxEvents,
      drafts.length,
      ...drafts.flatMap(rowOf),
      ...known.flatMap(({ connectionId, content }) => [connectionId, content]),
    ]);
    if (version !== this.version + 1) throw new LogStateOutdated('another process writes the log');
    this.version = version;
  }

  async publish(draft: CountedDraft): Promise<void> {
    await this.run(PUBLISH, [...rowOf(draft), draft.sequence]);
  }

  async read(after: string | null, limit: number): Promise<Part> {
    const events: StoredEvent[] = [];
    for (;;) {
      const count = Math.min(PAGE, limit - events.length);
      const from = events.at(-1)?.position ?? after ?? '-';
      const page = rowsOf(await this.run(READ, [from, count])).map(storedEventOf);
      events.push(...page);
      if (page.length < count) return { events, isEnd: true };
      if (events.length === limit) return { events, isEnd: false };
    }
  }

  async find(id: string): Promise<StoredEvent | null> {
    const [entry] = rowsOf(await this.run(FIND, [id]));
    return entry === undefined ? null : storedEventOf(entry);
  }

  async ends(): Promise<LogEnds> {
    const [oldest, newest] = rowsOf(await this.run(ENDS, [])).map((rows) => rowsOf(rows)[0]);
    const [newestDropped, completeUntilMs] = await this.metaTexts('newestDropped', 'completeUntilMs');
    return {
      oldestObservedAtMs: oldest === undefined ? null : Number(fieldsOf(oldest).get('o')),
      newest: newest === undefined ? null : positionOf(newest),
      newestDropped: newestDropped ?? null,
      completeUntilMs: numberOf(completeUntilMs),
    };
  }

  isPosition(text: string): boolean {
    return POSITION.test(text);
  }

  comparePositions(a: string, b: string): number {
    const [[aMs, aNumber], [bMs, bNumber]] = [partsOf(a), partsOf(b)];
    return aMs - bMs || aNumber - bNumber;
  }

  async readAtMs(): Promise<number> {
    const [readAtMs] = await this.meta('readAtMs');
    return readAtMs ?? 0;
  }

  async noteReader(atMs: number): Promise<void> {
    await this.run(NOTE_READER, [atMs]);
  }

  /** All replicas share the connection, which is closed after the last response. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  private async loadKnown(): Promise<KnownRow[]> {
    const rows = new Map<string, string>();
    let cursor = '0';
    do {
      const [next, found] = rowsOf(await this.run(KNOWN, [cursor]));
      const texts = rowsOf(found).map(String);
      for (let at = 0; at + 1 < texts.length; at += 2) rows.set(texts[at] ?? '', texts[at + 1] ?? '');
      cursor = typeof next === 'string' ? next : '0';
    } while (cursor !== '0');
    return [...rows].map(([connectionId, content]) => ({ connectionId, content }));
  }

  private async meta(...names: string[]): Promise<(number | null)[]> {
    return (await this.metaTexts(...names)).map(numberOf);
  }

  private async metaTexts(...names: string[]): Promise<(string | null)[]> {
    return rowsOf(await this.run(META, names)).map((value) => (typeof value === 'string' ? value : null));
  }

  private async run(script: RedisScript, args: readonly (string | number)[]): Promise<unknown> {
    const answer = await this.redis.run(script, this.keys, args.map(String));
    if (!answer.ok) throw new EventStoreUnavailable(answer.reason);
    return answer.value;
  }
}

function rowOf(draft: EventDraft): (string | number)[] {
  const { id, type, subjectId, workspaceId, observedAtMs, content } = draft;
  return [id, type, subjectId, workspaceId, observedAtMs, content];
}

function rowsOf(reply: unknown): unknown[] {
  if (Array.isArray(reply)) return reply as unknown[];
  throw new EventStoreUnavailable('unexpected reply of Redis');
}

function numberOf(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Number(text);
}

function positionOf(entry: unknown): string {
  const [position] = rowsOf(entry);
  return String(position);
}

function fieldsOf(entry: unknown): Map<string, string> {
  const texts = rowsOf(rowsOf(entry)[1]).map(String);
  return new Map(texts.flatMap((name, at) => (at % 2 === 0 ? [[name, texts[at + 1] ?? ''] as const] : [])));
}

function storedEventOf(entry: unknown): StoredEvent {
  const fields = fieldsOf(entry);
  return {
    position: positionOf(entry),
    type: fields.get('t') ?? '',
    subjectId: fields.get('c') ?? '',
    workspaceId: fields.get('w') ?? '',
    sequence: Number(fields.get('n')),
    content: fields.get('d') ?? '',
  };
}

function partsOf(position: string): [number, number] {
  const [, ms = '0', number = '0'] = POSITION.exec(position) ?? [];
  return [Number(ms), Number(number)];
}
