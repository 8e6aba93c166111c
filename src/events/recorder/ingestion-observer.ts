import { AirbyteError } from '../../airbyte/client/model/airbyte-errors';
import type { Changes } from '../../airbyte/core/changes';
import type { Mirror } from '../../airbyte/mirror/mirror';
import type { ObservedIngestion } from '../../airbyte/mirror/observed-ingestion';
import { statusOf } from '../../airbyte/status/status-report';
import type { StatusService } from '../../airbyte/status/status.service';
import type { RequestContext } from '../../http/request-context';
import { deletion, newsOf } from './ingestion-events';
import { adopted, settingsOf } from './known-ingestion';
import type { LogWriter } from './log-writer';

/** Ingestions that are looked at in each step, in turn, besides those with changes. */
const LOOKED_AT = 100;
/** Ingestions that are read from Airbyte in one step, so that runs do not wait for them. */
const MAX_READS = 20;
/** Airbyte reports creations in whole seconds. */
const PRECISION_MS = 1000;

const CONTEXT: RequestContext = { requestId: 'events', callerKey: 'events' };

interface Step {
  readonly observedAt: Date;
  readonly begunAtMs: number;
}

/** Derives the events `ingestion.*` from the connections of the mirror and their runs. */
export class IngestionObserver {
  private changesUntil = 0;
  private turn = 0;
  private comparedRead: number | null = null;
  private comparedIds: readonly string[] = [];
  /** Ingestions that have to be read, since they changed or have gone. */
  private readonly unread = new Set<string>();
  /** Ingestions that exist but are in no list. */
  private readonly unlisted = new Set<string>();

  constructor(
    private readonly mirror: Mirror,
    private readonly changes: Changes,
    private readonly statuses: StatusService,
  ) {}

  /** @param changed ingestions with changed jobs */
  async observe(writer: LogWriter, step: Step & { readonly changed: readonly string[] }): Promise<void> {
    this.collectChanged();
    this.collectNew(writer);
    this.collectGone(writer);
    for (const id of new Set([...step.changed, ...this.inTurn()])) this.lookAt(id, writer, step);
    let reads = 0;
    for (const id of [...this.unread]) {
      if (reads++ >= MAX_READS) return;
      this.unread.delete(id);
      // The others come first, so that one that cannot be read does not delay them.
      if (!(await this.find(id, writer, step))) this.unread.add(id);
    }
  }

  /**
   * Reads one ingestion from Airbyte if the mirror does not know it well enough, and records what has changed.
   * @returns false if it cannot be read at the moment
   */
  async find(id: string, writer: LogWriter, step: Step): Promise<boolean> {
    try {
      const isOld = (this.mirror.watch.current(id)?.readNumber ?? 0) < writer.firstRead;
      const observed = await this.mirror.observe(id, CONTEXT, {
        maxAgeMs: isOld ? 0 : null,
        needsAllJobs: false,
      });
      // An older state than the known one, for example because Airbyte is down, is no change.
      if (observed && observed.readNumber < writer.firstRead) return false;
      if (observed) this.record(observed, writer, step);
      else await this.recordAbsence(id, writer, step);
      return true;
    } catch (error) {
      if (error instanceof AirbyteError) return false;
      throw error;
    }
  }

  /** Changes through a gateway are read at once. */
  private collectChanged(): void {
    const { newestChange } = this.changes;
    const changed = this.changes.changedSince(this.changesUntil) ?? [];
    this.changesUntil = newestChange;
    for (const id of changed) this.unread.add(id);
  }

  private collectNew(writer: LogWriter): void {
    const ids = this.mirror.watch.ids();
    if (ids === this.comparedIds) return;
    this.comparedIds = ids;
    for (const id of ids) {
      this.unlisted.delete(id);
      if (writer.knownOf(id)?.isDeleted !== false) this.unread.add(id);
    }
  }

  /** Whether a known ingestion that is in no list was deleted is asked for each. */
  private collectGone(writer: LogWriter): void {
    const { watch } = this.mirror;
    if (watch.completeRead === null || watch.completeRead === this.comparedRead) return;
    this.comparedRead = watch.completeRead;
    for (const [id, { isDeleted }] of writer.known)
      if (!isDeleted && watch.connection(id) === null && !this.unlisted.has(id)) this.unread.add(id);
  }

  private inTurn(): readonly string[] {
    const ids = this.mirror.watch.ids();
    const from = this.turn < ids.length ? this.turn : 0;
    this.turn = from + LOOKED_AT;
    return ids.slice(from, from + LOOKED_AT);
  }

  /** Without an upstream call. */
  private lookAt(id: string, writer: LogWriter, step: Step): void {
    const known = writer.knownOf(id);
    if (known === null || known.isDeleted) return;
    const observed = this.mirror.watch.current(id);
    if (observed) {
      if (observed.readNumber >= writer.firstRead) this.record(observed, writer, step);
      return;
    }
    const connection = this.mirror.watch.connection(id);
    // It is read from Airbyte before anything is recorded.
    if (connection && (connection.status !== known.status || settingsOf(connection) !== known.settings))
      this.unread.add(id);
  }

  private record(observed: ObservedIngestion, writer: LogWriter, { observedAt, begunAtMs }: Step): void {
    const { connection } = observed;
    const { connectionId, createdAt } = connection;
    const known = writer.knownOf(connectionId);
    if (known === null && createdAt !== null && createdAt.getTime() + PRECISION_MS <= begunAtMs) {
      // It became visible, for example because the memory of the mirror had no place for it.
      writer.add(connectionId, [], adopted(connection));
      return;
    }
    const status = statusOf(observed, this.mirror.airbyteNow(), this.statuses.tolerances());
    const news = newsOf(known, { connection, status, observedAt });
    if (news) writer.add(connectionId, news.drafts, news.known);
  }

  private async recordAbsence(id: string, writer: LogWriter, { observedAt }: Step): Promise<void> {
    const known = writer.knownOf(id);
    if (known === null || known.isDeleted) return;
    if (!(await this.mirror.watch.isDeleted(id))) {
      this.unlisted.add(id);
      return;
    }
    const news = deletion(id, known, observedAt);
    writer.add(id, news.drafts, news.known);
  }
}
