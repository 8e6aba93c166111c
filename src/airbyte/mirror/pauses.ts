import { Logger } from '@nestjs/common';
import type { Clock } from '../../lib/clock';
import { stackOf } from '../../lib/stack-of';
import type { AirbyteConnection, CallContext } from '../client/model/airbyte-types';
import type { Changes } from '../core/changes';
import { isPaused, type Pause, pauseOf } from '../core/pause';
import { withSharedTurn } from '../core/shared-turn';
import type { InternalClient } from '../internal/internal-client';
import { DetailLoader, type DetailRequest } from './detail-loader';
import type { MirrorStore } from './mirror-store';

/** A pause that is older is read again, because another program may have changed its reason without a change of the status. */
const MAX_AGE_MS = 600_000;

export type PauseListener = (connectionId: string, pause: Pause | null) => void;

/** The pause of a connection as it was read. */
interface KnownPause {
  readonly status: string;
  /** Number of the read. */
  readonly number: number;
  /** Monotonic, ms. */
  readonly readAtMs: number;
  readonly pause: Pause | null;
}

/** Author, reason and end of the pause of each ingestion: read once after each change of its status and each change by a gateway. */
export class Pauses {
  private readonly known = new Map<string, KnownPause>();
  private readonly unread = new Map<string, { readonly change: number; readonly version: string }>();
  private versions = 0;
  private readonly loader: DetailLoader<AirbyteConnection, Pause>;
  private readonly listeners: PauseListener[] = [];
  private readonly context: CallContext;
  private readonly log = new Logger('Mirror');

  /** @param options.signal ends the reads */
  constructor(
    private readonly internal: InternalClient,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly options: { readonly maxEntries: number; readonly signal: AbortSignal },
  ) {
    this.context = withSharedTurn({ signal: options.signal });
    this.loader = new DetailLoader((requests) => this.read(requests), {
      maxEntries: options.maxEntries,
      nowMs: () => clock.monotonicMs(),
      onFault: (error) => {
        this.log.error(stackOf(error));
      },
    });
  }

  /** Called with each pause that was read. */
  onRead(listener: PauseListener): void {
    this.listeners.push(listener);
  }

  /** The pause of a connection; null if it is not paused, or if nothing is known about its pause. */
  of(connection: AirbyteConnection): Pause | null {
    return this.currentOf(connection)?.pause ?? null;
  }

  /** Whether the pause is known, or cannot be. An active connection has none, so what was known about it is dropped. */
  isSettled(connection: AirbyteConnection): boolean {
    if (!isPaused(connection)) this.forget(connection.connectionId);
    return (
      !isPaused(connection) ||
      this.currentOf(connection) !== null ||
      this.internal.caller.capability('history').state === 'off'
    );
  }

  private forget(connectionId: string): void {
    this.known.delete(connectionId);
    this.unread.delete(connectionId);
  }

  /** Reads the pause unless it is known. Resolves when the read has ended, whatever its result. */
  load(connection: AirbyteConnection): Promise<void> {
    const { connectionId } = connection;
    if (!isPaused(connection)) {
      this.forget(connectionId);
      return Promise.resolve();
    }
    const current = this.currentOf(connection);
    if (current === null)
      return this.loader.load({ connectionId, version: this.versionOf(connectionId), subject: connection });
    // In the background; until then the known one counts.
    if (this.clock.monotonicMs() - current.readAtMs > MAX_AGE_MS)
      void this.loader.load({ connectionId, version: `again ${current.number}`, subject: connection });
    return Promise.resolve();
  }

  /** Paused connections whose pause is to be read. */
  unknownIn(store: MirrorStore): readonly AirbyteConnection[] {
    return store.ids().flatMap((id) => {
      const connection = store.connection(id)?.connection;
      return connection && !this.isSettled(connection) ? [connection] : [];
    });
  }

  private currentOf({ connectionId, status }: AirbyteConnection): KnownPause | null {
    const known = this.known.get(connectionId);
    const isCurrent =
      known !== undefined && known.status === status && known.number > this.changes.lastOf(connectionId);
    return isCurrent ? known : null;
  }

  /** The same until the pause was read or changed, so that the loader waits after a failure. */
  private versionOf(connectionId: string): string {
    const change = this.changes.lastOf(connectionId);
    const unread = this.unread.get(connectionId);
    if (unread?.change === change) return unread.version;
    this.versions += 1;
    const version = `unread ${this.versions}`;
    setBounded(this.unread, connectionId, { change, version }, this.options.maxEntries);
    return version;
  }

  private async read(
    requests: readonly DetailRequest<AirbyteConnection>[],
  ): Promise<ReadonlyMap<string, Pause | null>> {
    const found = new Map<string, Pause | null>();
    for (const { connectionId, subject } of requests) {
      const number = this.changes.beginRead();
      const readAtMs = this.clock.monotonicMs();
      const page = await this.internal.statusEvents({ connectionId }, this.context);
      if (page) {
        const pause = pauseOf(page.events);
        this.keep(connectionId, { status: subject.status, number, readAtMs, pause });
        found.set(connectionId, pause);
      } else if (this.internal.caller.capability('history').state !== 'on' || this.context.signal?.aborted) {
        break;
      }
    }
    return found;
  }

  private keep(connectionId: string, known: KnownPause): void {
    this.unread.delete(connectionId);
    setBounded(this.known, connectionId, known, this.options.maxEntries);
    for (const listener of this.listeners) listener(connectionId, known.pause);
  }
}

/** Drops the oldest entries beyond the bound. */
function setBounded<T>(map: Map<string, T>, key: string, value: T, maxEntries: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= maxEntries) break;
    map.delete(oldest);
  }
}
