import type { SourceState, StateKind, StreamPosition } from '../protocol/source-state';
import { streamKey, type StreamName } from '../protocol/stream-name';
import type { Database } from './database';
import type { Row } from './row';

const KINDS: readonly StateKind[] = ['STREAM', 'GLOBAL', 'LEGACY'];

/** A row of the state of a connection. */
export interface StoredState {
  /** Null for LEGACY data and the shared part of a GLOBAL state. */
  readonly stream: StreamName | null;
  readonly kind: StateKind;
  /** Unparsed JSON. */
  readonly text: string;
  /** The job that committed it. */
  readonly jobId: number;
}

/**
 * Stores the states of connections as Airbyte does: one row for each stream and one for the shared state. If a source changes
 * the type of its states, the rows are replaced.
 */
export class StateStore {
  constructor(private readonly db: Database) {}

  list(connectionId: string): StoredState[] {
    return this.db
      .all(
        'SELECT * FROM "source_states" WHERE "connection_id" = ? ORDER BY "scope", "namespace", "name"',
        connectionId,
      )
      .map(toState);
  }

  /**
   * Stores a state that the destination acknowledged. Must run in a transaction.
   * @param configured the keys of the streams that the job syncs
   */
  save(connectionId: string, jobId: number, state: SourceState, configured: ReadonlySet<string>): void {
    switch (state.kind) {
      case 'STREAM':
        this.deleteKind(connectionId, 'LEGACY');
        this.savePosition(connectionId, jobId, 'STREAM', state.position);
        break;
      case 'GLOBAL':
        this.saveGlobal(connectionId, jobId, state, configured);
        break;
      case 'LEGACY':
        this.deleteAll(connectionId);
        this.saveShared(connectionId, jobId, 'LEGACY', state.data);
        break;
    }
  }

  delete(connectionId: string, { name, namespace }: StreamName): void {
    this.db.run(
      `DELETE FROM "source_states" WHERE "connection_id" = ? AND "scope" = 'stream' AND "namespace" = ? AND "name" = ?`,
      connectionId,
      namespace,
      name,
    );
  }

  deleteAll(connectionId: string): void {
    this.db.run('DELETE FROM "source_states" WHERE "connection_id" = ?', connectionId);
  }

  deleteKind(connectionId: string, kind: StateKind): void {
    this.db.run('DELETE FROM "source_states" WHERE "connection_id" = ? AND "kind" = ?', connectionId, kind);
  }

  replaceLegacy(connectionId: string, jobId: number, text: string): void {
    this.saveShared(connectionId, jobId, 'LEGACY', text);
  }

  /** Deletes a GLOBAL state of earlier jobs after a job with STREAM states only: the source has changed its type. */
  dropReplacedGlobal(connectionId: string, jobId: number): void {
    const committed = this.list(connectionId).filter((state) => state.jobId === jobId);
    if (committed.some(({ kind }) => kind === 'STREAM') && committed.every(({ kind }) => kind === 'STREAM'))
      this.deleteKind(connectionId, 'GLOBAL');
  }

  /** A GLOBAL state is complete: rows of other types from earlier jobs are outdated. */
  private saveGlobal(
    connectionId: string,
    jobId: number,
    { shared, positions }: Extract<SourceState, { kind: 'GLOBAL' }>,
    configured: ReadonlySet<string>,
  ): void {
    this.deleteKind(connectionId, 'LEGACY');
    this.saveShared(connectionId, jobId, 'GLOBAL', shared);
    for (const position of positions) this.savePosition(connectionId, jobId, 'GLOBAL', position);
    for (const { stream, kind, jobId: from } of this.list(connectionId)) {
      if (stream === null) continue;
      // The shared position has advanced past a stream that is not synced. If it is added again, it must start over.
      const passed = kind === 'GLOBAL' && !configured.has(streamKey(stream));
      if (passed || (kind === 'STREAM' && from !== jobId)) this.delete(connectionId, stream);
    }
  }

  private savePosition(
    connectionId: string,
    jobId: number,
    kind: StateKind,
    { stream, text }: StreamPosition,
  ): void {
    if (text === null) this.delete(connectionId, stream);
    else this.insert(connectionId, 'stream', stream, kind, text, jobId);
  }

  private saveShared(connectionId: string, jobId: number, kind: StateKind, text: string | null): void {
    this.db.run(
      `DELETE FROM "source_states" WHERE "connection_id" = ? AND "scope" = 'connection'`,
      connectionId,
    );
    if (text !== null)
      this.insert(connectionId, 'connection', { name: '', namespace: '' }, kind, text, jobId);
  }

  private insert(
    connectionId: string,
    scope: 'connection' | 'stream',
    { name, namespace }: StreamName,
    kind: StateKind,
    text: string,
    jobId: number,
  ): void {
    this.db.run(
      `INSERT OR REPLACE INTO "source_states" ("connection_id", "scope", "namespace", "name", "kind", "state", "job_id")
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      connectionId,
      scope,
      namespace,
      name,
      kind,
      text,
      jobId,
    );
  }
}

function toState(row: Row): StoredState {
  const kind = KINDS.find((known) => known === row.text('kind'));
  if (kind === undefined)
    throw new Error("The embedded Airbyte's state is damaged: a state has no known kind.");
  return {
    stream:
      row.text('scope') === 'connection'
        ? null
        : { name: row.text('name'), namespace: row.text('namespace') },
    kind,
    text: row.text('state'),
    jobId: row.integer('job_id'),
  };
}
