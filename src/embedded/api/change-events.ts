import type { JsonObject } from '../platform/json';
import { streamKey } from '../protocol/stream-name';
import type { Connection } from '../store/connections';
import type { EventType } from '../store/timeline';
import { scheduleBody } from './schedule-body';

/** Streams of one list in an event. */
const MAX_STREAMS = 100;

/** An event about a changed connection. */
interface ChangeEvent {
  readonly type: EventType;
  readonly summary: JsonObject;
}

/**
 * The events of a change, as in Airbyte: one for the settings, one for the streams, one for the status. A status that is sent is
 * recorded even if it is the current one, so that a pause can get another reason.
 * @param hasStatus whether the change has a status
 */
export function changeEvents(
  before: Connection,
  after: Connection,
  { reason, hasStatus }: { readonly reason: string | null; readonly hasStatus: boolean },
): ChangeEvent[] {
  const events: ChangeEvent[] = [];
  const patches = patchesOf(before, after);
  if (Object.keys(patches).length > 0)
    events.push({
      type: 'CONNECTION_SETTINGS_UPDATE',
      summary: { patches, ...(reason === null ? {} : { updateReason: reason }) },
    });
  const catalogConfigDiff = streamChanges(before, after);
  if (catalogConfigDiff !== null)
    events.push({ type: 'SCHEMA_CONFIG_UPDATE', summary: { airbyteCatalogDiff: { catalogConfigDiff } } });
  if (hasStatus && after.status === 'active') events.push({ type: 'CONNECTION_ENABLED', summary: {} });
  if (hasStatus && after.status === 'inactive')
    events.push({
      type: 'CONNECTION_DISABLED',
      summary: reason === null ? {} : { disabledReason: reason },
    });
  return events;
}

function patchesOf(before: Connection, after: Connection): JsonObject {
  const [old, changed] = [settingsOf(before), settingsOf(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(changed)])];
  return Object.fromEntries(
    names
      .filter((name) => JSON.stringify(old[name]) !== JSON.stringify(changed[name]))
      .map((name) => [name, { from: old[name] ?? null, to: changed[name] ?? null }]),
  );
}

function settingsOf({ name, schedule, settings }: Connection): JsonObject {
  return { name, ...settings, ...scheduleBody(schedule) };
}

function streamChanges(before: Connection, after: Connection): JsonObject | null {
  const [old, changed] = [before, after].map(
    ({ streams }) => new Map(streams.map((stream) => [streamKey(stream), stream])),
  );
  const named = ({ name, namespace }: { name: string; namespace: string | null }): JsonObject =>
    namespace === null ? { streamName: name } : { streamName: name, streamNamespace: namespace };
  const enabled = after.streams.filter((stream) => old?.has(streamKey(stream)) !== true);
  const disabled = before.streams.filter((stream) => changed?.has(streamKey(stream)) !== true);
  const modes = after.streams.flatMap((stream) => {
    const previous = old?.get(streamKey(stream));
    return previous === undefined || previous.syncMode === stream.syncMode
      ? []
      : [{ ...named(stream), prevSyncMode: previous.syncMode, currentSyncMode: stream.syncMode }];
  });
  if (enabled.length + disabled.length + modes.length === 0) return null;
  return {
    streamsEnabled: enabled.slice(0, MAX_STREAMS).map(named),
    streamsDisabled: disabled.slice(0, MAX_STREAMS).map(named),
    syncModesChanged: modes.slice(0, MAX_STREAMS),
  };
}
