import { setImmediate as nextTurn } from 'node:timers/promises';

/** Reads a detail of one connection, which only Airbyte's internal API has. */
export interface DetailRequest<S> {
  readonly connectionId: string;
  /** The change that the detail belongs to. The detail of another version is not returned. */
  readonly version: string;
  /** Input of the read. */
  readonly subject: S;
}

/**
 * Reads details of many connections with few calls. Returns them by connection id, null where Airbyte has none. A connection
 * that is missing could not be read; it is tried again later. Never rejects because of Airbyte.
 */
export type DetailRead<S, T> = (
  requests: readonly DetailRequest<S>[],
) => Promise<ReadonlyMap<string, T | null>>;

interface Known<T> {
  readonly version: string;
  readonly value: T | null;
}

interface Failed {
  readonly version: string;
  /** Failed reads in a row. */
  readonly count: number;
  /** Monotonic, ms. */
  readonly retryAtMs: number;
}

interface Waiting<S> {
  readonly request: DetailRequest<S>;
  readonly settled: Promise<void>;
  readonly settle: () => void;
}

/** Requests of one read. */
const MAX_BATCH = 1000;
const FIRST_RETRY_MS = 10_000;
const MAX_RETRY_MS = 300_000;

/**
 * Keeps one detail per connection, and reads it once for each version. One read at a time: requests that come meanwhile
 * wait for the next one and share it. A version whose read failed is read again, at the earliest 10 s later.
 */
export class DetailLoader<S, T> {
  private readonly known = new Map<string, Known<T>>();
  private readonly failed = new Map<string, Failed>();
  private readonly waiting = new Map<string, Waiting<S>>();
  private isReading = false;

  constructor(
    private readonly read: DetailRead<S, T>,
    private readonly options: {
      /** Bound of the details in memory, and of the requests that wait. The oldest details are dropped. */
      readonly maxEntries: number;
      readonly nowMs: () => number;
      /** Called with an error that is a fault of the gateway. */
      readonly onFault: (error: unknown) => void;
    },
  ) {}

  /** The detail; null if Airbyte has none, or if this version was not read yet. */
  get(connectionId: string, version: string): T | null {
    const known = this.known.get(connectionId);
    return known?.version === version ? known.value : null;
  }

  /**
   * Reads the detail unless this version is known or was tried a moment ago.
   * @returns a promise that is resolved when the read has ended, whatever its result
   */
  load(request: DetailRequest<S>): Promise<void> {
    const { connectionId, version } = request;
    const waiting = this.waiting.get(connectionId);
    if (waiting?.request.version === version) return waiting.settled;
    if (this.known.get(connectionId)?.version === version) return Promise.resolve();
    const failed = this.failed.get(connectionId);
    if (failed?.version === version && !this.isDue(failed)) return Promise.resolve();
    if (!waiting && this.waiting.size >= this.options.maxEntries) return Promise.resolve();
    const added = waitingFor(request);
    waiting?.settle();
    this.waiting.set(connectionId, added);
    if (!this.isReading) void this.readAll();
    return added.settled;
  }

  /** Connections whose reads failed and can be tried again. */
  dueIds(): readonly string[] {
    return [...this.failed].filter(([, failed]) => this.isDue(failed)).map(([connectionId]) => connectionId);
  }

  /** Call for a connection that needs no detail any more. */
  forget(connectionId: string): void {
    this.known.delete(connectionId);
    this.failed.delete(connectionId);
  }

  private isDue({ retryAtMs }: Failed): boolean {
    return this.options.nowMs() >= retryAtMs;
  }

  private async readAll(): Promise<void> {
    this.isReading = true;
    while (this.waiting.size > 0) {
      // All requests of this turn of the event loop share the read.
      await nextTurn();
      await this.readBatch([...this.waiting.values()].slice(0, MAX_BATCH));
    }
    this.isReading = false;
  }

  private async readBatch(batch: readonly Waiting<S>[]): Promise<void> {
    let found: ReadonlyMap<string, T | null> = new Map();
    try {
      found = await this.read(batch.map(({ request }) => request));
    } catch (error) {
      this.options.onFault(error);
    }
    for (const one of batch) {
      this.keep(one.request, found.get(one.request.connectionId));
      if (this.waiting.get(one.request.connectionId) === one) this.waiting.delete(one.request.connectionId);
      one.settle();
    }
  }

  private keep({ connectionId, version }: DetailRequest<S>, value: T | null | undefined): void {
    const before = this.failed.get(connectionId);
    this.forget(connectionId);
    if (value === undefined) {
      const count = 1 + (before?.version === version ? before.count : 0);
      const delayMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (count - 1));
      this.failed.set(connectionId, { version, count, retryAtMs: this.options.nowMs() + delayMs });
    } else {
      this.known.set(connectionId, { version, value });
    }
    dropOldest(this.known, this.options.maxEntries);
    dropOldest(this.failed, this.options.maxEntries);
  }
}

function dropOldest(map: Map<string, unknown>, maxEntries: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= maxEntries) return;
    map.delete(oldest);
  }
}

function waitingFor<S>(request: DetailRequest<S>): Waiting<S> {
  let settle = (): void => undefined;
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { request, settled, settle };
}
