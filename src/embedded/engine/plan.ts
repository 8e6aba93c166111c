import { MODE_PARTS } from '../model/sync-modes';
import type { JsonObject } from '../platform/json';
import { streamDescriptor } from '../protocol/messages';
import { namespaceOf, streamKey, type StreamName } from '../protocol/stream-name';
import type { Rename } from './naming';
import type { ConnectionStream, DescribedStream } from '../store/connections';

/** Input of one attempt. */
export interface AttemptPlan {
  readonly sourceCommand: readonly string[];
  readonly sourceConfig: JsonObject;
  readonly destinationCommand: readonly string[];
  readonly destinationConfig: JsonObject;
  readonly streams: readonly DescribedStream[];
  /** Maps stream names of the source to names at the destination. */
  readonly rename: Rename;
  /** The states from which the source resumes, each as JSON. */
  readonly states: readonly string[];
  /** Whether the destination acknowledges each state at once. */
  readonly acknowledgesImmediately: boolean;
  readonly jobId: number;
  /** Counts from 0. */
  readonly attempt: number;
}

/** The configured catalog for a connector, with its names for the streams. */
export function configuredCatalog({ streams, jobId, attempt }: AttemptPlan, rename: Rename): JsonObject {
  // Each attempt has its own generation, so that a destination does not mix the rows of two attempts.
  const generation = jobId * 1000 + attempt;
  return {
    streams: streams.map((stream) => {
      const { read, write } = MODE_PARTS[stream.syncMode];
      const renamed = rename(nameOf(stream));
      return {
        stream: {
          ...streamDescriptor(renamed.name, namespaceOf(renamed)),
          json_schema: stream.jsonSchema,
          supported_sync_modes: [read],
        },
        sync_mode: read,
        destination_sync_mode: write,
        cursor_field: stream.cursorField,
        primary_key: stream.primaryKey,
        generation_id: generation,
        minimum_generation_id: write === 'overwrite' ? generation : 0,
        sync_id: jobId,
      };
    }),
  };
}

/** A destination name that two streams share, or null. */
export function sharedName(streams: readonly ConnectionStream[], rename: Rename): string | null {
  const seen = new Set<string>();
  for (const stream of streams) {
    const renamed = rename(nameOf(stream));
    const key = streamKey(renamed);
    if (seen.has(key)) return renamed.name;
    seen.add(key);
  }
  return null;
}

/** A stream's name for states and counts. */
export function nameOf({ name, namespace }: ConnectionStream): StreamName {
  return { name, namespace: namespace ?? '' };
}
