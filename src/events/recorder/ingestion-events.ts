import { isDeepStrictEqual } from 'node:util';
import type { AirbyteConnection } from '../../airbyte/client/model/airbyte-types';
import type { IngestionStatusDto } from '../../airbyte/status/dto/ingestion-status.dto';
import { eventId } from '../event-id';
import type { EventType } from '../event-types';
import type { EventDraft } from '../log/event-store';
import { type KnownIngestion, settingsOf } from './known-ingestion';
import { eventDraft } from './run-events';

/** Facts that were read of an ingestion. */
export interface Sighting {
  readonly connection: AirbyteConnection;
  readonly status: IngestionStatusDto;
  readonly observedAt: Date;
}

/** Events of an ingestion, and what is known of it after them. */
export interface IngestionNews {
  readonly drafts: readonly EventDraft[];
  readonly known: KnownIngestion;
}

/** An event before it has an id. */
interface Change {
  readonly type: EventType;
  readonly occurredAt: Date | null;
}

/** The events that lead from what is known to what was read; null if nothing has changed. */
export function newsOf(known: KnownIngestion | null, sighting: Sighting): IngestionNews | null {
  const before = known !== null && !known.isDeleted ? known : null;
  const changes = before ? changesOf(before, sighting) : [created(sighting)];
  const count = known?.changes ?? 0;
  const drafts = changes.map(({ type, occurredAt }, index) =>
    draftOf(sighting, { type, occurredAt, number: count + index + 1 }),
  );
  const after = stateAfter(sighting, before, count + changes.length);
  return before && isDeepStrictEqual(before, after) ? null : { drafts, known: after };
}

/** The event of a deleted ingestion. */
export function deletion(connectionId: string, known: KnownIngestion, observedAt: Date): IngestionNews {
  const number = known.changes + 1;
  const type = 'ingestion.deleted';
  const { workspaceId } = known;
  const id = eventId(type, connectionId, String(number));
  const draft = eventDraft(
    { connectionId, workspaceId, observedAt },
    { id, type, occurredAt: observedAt, run: null, status: null },
  );
  return { drafts: [draft], known: { ...known, isDeleted: true, changes: number } };
}

function created({ connection }: Sighting): Change {
  return { type: 'ingestion.created', occurredAt: connection.createdAt };
}

function changesOf(before: KnownIngestion, sighting: Sighting): Change[] {
  const { connection, status } = sighting;
  const changes: Change[] = [];
  const now = connection.status;
  const isPaused = now === 'inactive' && before.status !== now;
  const isResumed = now === 'active' && before.status !== now;
  const isOtherStatus = before.status !== now && !isPaused && !isResumed;
  if (settingsOf(connection) !== before.settings || isOtherStatus)
    changes.push({ type: 'ingestion.updated', occurredAt: null });
  if (isPaused) changes.push({ type: 'ingestion.paused', occurredAt: null });
  if (isResumed) changes.push({ type: 'ingestion.resumed', occurredAt: null });
  if (before.health !== null && before.health !== status.health)
    changes.push({ type: 'ingestion.health_changed', occurredAt: null });
  if (before.health !== null && judgesStaleness(connection)) {
    const since = staleSince(status);
    if (since !== undefined && !before.isStale) changes.push({ type: 'ingestion.stale', occurredAt: since });
    if (since === undefined && before.isStale)
      changes.push({ type: 'ingestion.recovered', occurredAt: null });
  }
  return changes;
}

/** A paused ingestion is not stale by its schedule, but it has not recovered either. */
function judgesStaleness({ status }: AirbyteConnection): boolean {
  return status === 'active';
}

/** Undefined if the ingestion is not stale. */
function staleSince({ healthReasons }: IngestionStatusDto): Date | null | undefined {
  const reason = healthReasons.find(({ code }) => code === 'stale');
  return reason && (reason.since === null ? null : new Date(reason.since));
}

function stateAfter(sighting: Sighting, before: KnownIngestion | null, changes: number): KnownIngestion {
  const { connection, status } = sighting;
  return {
    workspaceId: connection.workspaceId,
    status: connection.status,
    settings: settingsOf(connection),
    health: status.health,
    isStale: judgesStaleness(connection) ? staleSince(status) !== undefined : (before?.isStale ?? false),
    isDeleted: false,
    changes,
  };
}

function draftOf(
  { connection, status, observedAt }: Sighting,
  { type, occurredAt, number }: Change & { readonly number: number },
): EventDraft {
  const { connectionId, workspaceId } = connection;
  const id = eventId(type, connectionId, String(number));
  return eventDraft(
    { connectionId, workspaceId, observedAt },
    { id, type, occurredAt: occurredAt ?? observedAt, run: null, status },
  );
}
