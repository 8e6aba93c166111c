import type { EventType } from '../event-types';

/** An event before it has a place in the log. */
export interface EventDraft {
  readonly id: string;
  readonly type: EventType;
  /** The ingestion, or the webhook. */
  readonly subjectId: string;
  /** Empty for a webhook of all workspaces. */
  readonly workspaceId: string;
  readonly observedAtMs: number;
  /** JSON of the event without its sequence. */
  readonly content: string;
}

/** An event about something else than an ingestion, which has counted its events itself. */
export interface CountedDraft extends EventDraft {
  readonly sequence: number;
}

/** An event of the log. */
export interface StoredEvent {
  readonly position: string;
  readonly type: string;
  readonly subjectId: string;
  readonly workspaceId: string;
  readonly sequence: number;
  readonly content: string;
}

/** State of an ingestion that its events have told, as JSON. */
export interface KnownRow {
  readonly connectionId: string;
  readonly content: string;
}

/** Changes that are stored together or not at all. */
export interface LogChange {
  /** Events whose id is already in the log are left out. */
  readonly drafts: readonly EventDraft[];
  readonly known: readonly KnownRow[];
  readonly progress: LogProgress;
}

/** Times by Airbyte's clock, in epoch ms. */
export interface LogProgress {
  /** The log has no events of changes before this time. */
  readonly begunAtMs: number;
  /** Job changes before this time have their events in the log. */
  readonly cursorMs: number;
}

/** State that the only writer of the log has to know. `progress` is null for a log that has not begun. */
export interface LogState {
  readonly progress: LogProgress | null;
  readonly known: readonly KnownRow[];
}

export interface Part {
  readonly events: readonly StoredEvent[];
  /** Whether no event followed these when they were read. */
  readonly isEnd: boolean;
}

/** Ends of the log. Positions are null while it is empty. */
export interface LogEnds {
  readonly oldestObservedAtMs: number | null;
  readonly newest: string | null;
  /** The newest event that was dropped; null if none was. */
  readonly newestDropped: string | null;
  /** Newest value of {@link EventStore.lead}. */
  readonly completeUntilMs: number | null;
}

/** Bounds of the log. */
export interface LogBounds {
  readonly retentionMs: number;
  readonly maxEvents: number;
}

/** The log cannot be read or written at the moment. */
export class EventStoreUnavailable extends Error {
  override readonly name = 'EventStoreUnavailable';
}

/** Another process writes the log, or the log has lost its newest changes. The state has to be loaded again. */
export class LogStateOutdated extends Error {
  override readonly name = 'LogStateOutdated';
}

/**
 * Keeps the log. Every method throws {@link EventStoreUnavailable} if the storage fails. Positions are opaque texts of
 * the store; a later event has a later position.
 */
export interface EventStore {
  /**
   * Becomes or stays the only writer for some seconds.
   * @param completeUntilMs for readers at all replicas
   * @returns false while another process is the writer
   */
  lead(completeUntilMs: number | null): Promise<boolean>;
  /** Loads the state for the only writer. */
  load(): Promise<LogState>;
  /** @throws LogStateOutdated if this process is not the writer, or another one has written since {@link load} */
  append(change: LogChange): Promise<void>;
  /** Adds an event that was not read from Airbyte, at any process. Nothing happens if its id is already in the log. */
  publish(draft: CountedDraft): Promise<void>;
  /** The first events after a position; null: from the oldest. */
  read(after: string | null, limit: number): Promise<Part>;
  find(id: string): Promise<StoredEvent | null>;
  ends(): Promise<LogEnds>;
  /** Whether `text` has the form of a position of this store. */
  isPosition(text: string): boolean;
  comparePositions(a: string, b: string): number;
  /** Time of the last reader, epoch ms; 0: none. */
  readAtMs(): Promise<number>;
  noteReader(atMs: number): Promise<void>;
  /** Lets another process become the writer at once. */
  resign(): Promise<void>;
  close(): Promise<void>;
}
