import { createHash } from 'node:crypto';
import type { AirbyteConnection } from '../../airbyte/client/model/airbyte-types';
import { ownFreshness } from '../../airbyte/core/freshness';
import { type Health, HEALTHS } from '../../airbyte/core/status-enums';

/** State of an ingestion that its events have told. */
export interface KnownIngestion {
  readonly workspaceId: string;
  /** Airbyte's status of the connection. */
  readonly status: string;
  /** Digest of the other settings. */
  readonly settings: string;
  /** Null before the health was seen. */
  readonly health: Health | null;
  readonly isStale: boolean;
  readonly isDeleted: boolean;
  /** Number of its `ingestion.*` events. It makes their ids differ. */
  readonly changes: number;
}

/** Digest of the settings of a connection, apart from its status. Airbyte may list streams in any order. */
export function settingsOf(connection: AirbyteConnection): string {
  const { name, sourceId, destinationId, schedule, prefix, namespaceDefinition } = connection;
  const streams = connection.streams.map((stream) => JSON.stringify(stream)).sort();
  const freshness = ownFreshness(connection);
  const settings = [name, sourceId, destinationId, schedule, prefix, namespaceDefinition, streams];
  // Only if there is one, so that other digests stay as they were.
  if (freshness !== null) settings.push(freshness);
  return createHash('sha256').update(JSON.stringify(settings)).digest('base64url').slice(0, 22);
}

/** State of an ingestion that was there before the log began. The first judgement of its health is no change. */
export function adopted(connection: AirbyteConnection): KnownIngestion {
  const { workspaceId, status } = connection;
  const settings = settingsOf(connection);
  return { workspaceId, status, settings, health: null, isStale: false, isDeleted: false, changes: 0 };
}

export function writeKnown(known: KnownIngestion): string {
  return JSON.stringify(known);
}

/** @returns null if this version did not write the text */
export function readKnown(text: string): KnownIngestion | null {
  const { workspaceId, status, settings, health, isStale, isDeleted, changes } = membersOf(text);
  const known = HEALTHS.find((one) => one === health) ?? null;
  if (typeof workspaceId !== 'string' || typeof status !== 'string' || typeof settings !== 'string')
    return null;
  if (typeof isStale !== 'boolean' || typeof isDeleted !== 'boolean' || !Number.isSafeInteger(changes))
    return null;
  return { workspaceId, status, settings, health: known, isStale, isDeleted, changes: Number(changes) };
}

function membersOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
