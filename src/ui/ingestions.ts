import {
  type GatewayEvent,
  type IngestionListItem,
  type IngestionStatusReport,
  isProblem,
} from '@airbyte-ingestion/client';
import { followEvents } from './event-feed';
import { Observable } from './observable';
import type { Session } from './session';

/** A batch of statuses has at most this many. */
const BATCH = 100;
const POLL_MS = 15_000;
/** With events, the list is still read again, for changes that no event tells, such as `nextSync`. */
const SLOW_POLL_MS = 300_000;
const EVENTS_PAUSE_MS = 400;
const MAX_READS = 4;

/** One row: the item of the list, its status, and its runs once the row was visible. */
export interface Row {
  readonly item: IngestionListItem;
  readonly status: IngestionStatusReport | null;
}

export interface Snapshot {
  readonly rows: ReadonlyMap<string, Row>;
  readonly isComplete: boolean;
  readonly error: unknown;
  /** Time of the newest read, epoch ms. */
  readonly readAtMs: number | null;
  /** True while changes are pushed. */
  readonly isLive: boolean;
}

/** All ingestions of the reader, kept up to date by events or by polling. */
export class Ingestions {
  readonly snapshot = new Observable<Snapshot>({
    rows: new Map(),
    isComplete: false,
    error: null,
    readAtMs: null,
    isLive: false,
  });
  /** The newest event, for views of one ingestion. */
  readonly newestEvent = new Observable<GatewayEvent | null>(null);

  private readonly stop = new AbortController();
  private readonly changed = new Set<string>();
  private readonly wanted = new Set<string>();
  private readsRunning = 0;
  private isLoading = false;
  private pollTimer: ReturnType<typeof setTimeout> | undefined;
  private changeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly session: Session) {}

  start(): void {
    void this.load();
    document.addEventListener('visibilitychange', this.onVisible);
    if (!this.session.has('events')) return;
    void followEvents(this.session, this.stop.signal, {
      onEvent: (event) => {
        this.onEvent(event);
      },
      onOpen: (isGap) => {
        this.update({ isLive: true });
        if (isGap && this.snapshot.value.isComplete) void this.load();
      },
      onClose: () => {
        this.update({ isLive: false });
        this.schedulePoll();
      },
    });
  }

  close(): void {
    this.stop.abort();
    clearTimeout(this.pollTimer);
    clearTimeout(this.changeTimer);
    document.removeEventListener('visibilitychange', this.onVisible);
  }

  /** Reads the runs of a row that is visible, unless they are known. */
  want(connectionId: string): void {
    const row = this.snapshot.value.rows.get(connectionId);
    if (!row || row.status?.runs || this.wanted.has(connectionId)) return;
    this.wanted.add(connectionId);
    void this.readWanted();
  }

  /** Reads one ingestion again, after a change by the reader. */
  refresh(connectionId: string): void {
    this.changed.add(connectionId);
    this.scheduleChanges();
  }

  private readonly onVisible = (): void => {
    if (document.visibilityState === 'visible' && !this.snapshot.value.isLive) void this.load();
  };

  private async load(): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    try {
      const rows = new Map<string, Row>();
      for (let pageToken: string | undefined; ;) {
        const query = { pageSize: BATCH, ...(pageToken !== undefined && { pageToken }) };
        const page = await this.session.client.list(query, { signal: this.stop.signal });
        for (const item of page.data) rows.set(item.connectionId, this.rowFor(item));
        const isComplete = page.nextPageToken === null;
        // The first load shows each page at once; a later one replaces the old rows at its end.
        if (isComplete || !this.snapshot.value.isComplete)
          this.update({ rows: new Map(rows), isComplete, error: null, readAtMs: Date.now() });
        if (page.nextPageToken === null) break;
        pageToken = page.nextPageToken;
      }
      await this.readStatuses([...rows.values()].filter(({ status }) => status === null).map(idOf));
    } catch (error) {
      this.fail(error);
    } finally {
      this.isLoading = false;
      this.schedulePoll();
    }
  }

  /** Keeps a status that still fits the item. */
  private rowFor(item: IngestionListItem): Row {
    const status = this.snapshot.value.rows.get(item.connectionId)?.status ?? null;
    const fits =
      status !== null &&
      status.lastSync === item.lastSync &&
      status.health === item.health &&
      status.syncState === item.syncState &&
      status.status === item.status;
    return { item, status: fits ? status : null };
  }

  private async readStatuses(ids: readonly string[]): Promise<void> {
    for (let first = 0; first < ids.length; first += BATCH) {
      const batch = ids.slice(first, first + BATCH);
      const results = await this.session.client.statuses(batch, {}, { signal: this.stop.signal });
      const rows = new Map(this.snapshot.value.rows);
      for (const { connectionId, status, problem } of results) {
        if (status) patchRow(rows, connectionId, status);
        else if (problem?.code === 'ingestion-not-found') rows.delete(connectionId);
      }
      this.update({ rows, error: null, readAtMs: Date.now() });
    }
  }

  private onEvent(event: GatewayEvent): void {
    this.newestEvent.value = event;
    const { type, connectionId } = event;
    if (connectionId === null) return;
    if (type === 'ingestion.created' || type === 'ingestion.updated') void this.readName(connectionId);
    else this.refresh(connectionId);
  }

  /** A status has no name, so that a new ingestion is read from the list. */
  private async readName(connectionId: string): Promise<void> {
    try {
      const { name } = await this.session.client.get(connectionId, { signal: this.stop.signal });
      const row = this.snapshot.value.rows.get(connectionId);
      if (!row) {
        await this.load();
        return;
      }
      const rows = new Map(this.snapshot.value.rows);
      rows.set(connectionId, { ...row, item: { ...row.item, name } });
      this.update({ rows });
      this.refresh(connectionId);
    } catch (error) {
      this.fail(error);
    }
  }

  private scheduleChanges(): void {
    clearTimeout(this.changeTimer);
    this.changeTimer = setTimeout(() => {
      const ids = [...this.changed];
      this.changed.clear();
      this.readStatuses(ids).catch((error: unknown) => {
        this.fail(error);
      });
    }, EVENTS_PAUSE_MS);
  }

  private async readWanted(): Promise<void> {
    if (this.readsRunning >= MAX_READS) return;
    this.readsRunning += 1;
    try {
      for (;;) {
        // The row that has come into view last is the one that the reader looks at.
        const connectionId = [...this.wanted].pop();
        if (connectionId === undefined) break;
        this.wanted.delete(connectionId);
        const status = await this.session.client.status(
          connectionId,
          { include: 'runs' },
          { signal: this.stop.signal },
        );
        const rows = new Map(this.snapshot.value.rows);
        patchRow(rows, connectionId, status);
        this.update({ rows });
      }
    } catch (error) {
      if (!isProblem(error, 'ingestion-not-found')) this.fail(error);
    } finally {
      this.readsRunning -= 1;
    }
  }

  private schedulePoll(): void {
    clearTimeout(this.pollTimer);
    if (this.stop.signal.aborted) return;
    const { isLive } = this.snapshot.value;
    this.pollTimer = setTimeout(
      () => {
        if (document.visibilityState === 'visible') void this.load();
        else this.schedulePoll();
      },
      isLive ? SLOW_POLL_MS : POLL_MS,
    );
  }

  private update(change: Partial<Snapshot>): void {
    if (!this.stop.signal.aborted) this.snapshot.value = { ...this.snapshot.value, ...change };
  }

  private fail(error: unknown): void {
    this.update({ error });
  }
}

function idOf({ item }: Row): string {
  return item.connectionId;
}

function patchRow(rows: Map<string, Row>, connectionId: string, status: IngestionStatusReport): void {
  const row = rows.get(connectionId);
  if (!row) return;
  const { lastSync, nextSync, nextSyncReason, syncState, health } = status;
  const schedule = status.schedule ?? row.item.schedule;
  const item = {
    ...row.item,
    lastSync,
    nextSync,
    nextSyncReason,
    syncState,
    health,
    schedule,
    status: status.status,
  };
  rows.set(connectionId, { item, status });
}
