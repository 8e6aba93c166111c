import { MODE_PARTS } from '../model/sync-modes';
import type { JsonObject } from '../platform/json';
import { streamDescriptor } from '../protocol/messages';
import { namespaceOf, streamKey, type StreamName } from '../protocol/stream-name';
import type { Rename } from './naming';
import type { ConnectionStream, DescribedStream } from '../store/connections';

/** Everything that one attempt needs to run. */
export interface AttemptPlan {
  readonly sourceCommand: readonly string[];
  readonly sourceConfig: JsonObject;
  readonly destinationCommand: readonly string[];
  readonly destinationConfig: JsonObject;
  readonly streams: readonly DescribedStream[];
  /** The destination's names for the source's streams. */
  readonly rename: Rename;
  /** The states from which the source goes on, each as JSON. */
  readonly states: readonly string[];
  /** Whether the destination is known to give every state back as soon as it can. */
  readonly acknowledgesImmediately: boolean;
  readonly jobId: number;
  /** From 0. */
  readonly attempt: number;
}

/** The configured catalog that a connector gets, in its own names for the streams. */
export function configuredCatalog({ streams, jobId, attempt }: AttemptPlan, rename: Rename): JsonObject {
  // Every attempt that starts over is a generation of its own: a destination must not mix it with the one before.
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

/** The name under which two streams would both be written, which would mix them; null when there is none. */
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

/** A stream's name as states and counts know it. */
export function nameOf({ name, namespace }: ConnectionStream): StreamName {
  return { name, namespace: namespace ?? '' };
}
