import { MODE_PARTS } from '../api/streams';
import type { JsonObject } from '../json';
import { streamDescriptor } from '../protocol/messages';
import type { StreamName } from '../store/attempts';
import type { ConnectionStream } from '../store/connections';

/** Everything that one attempt needs to run. */
export interface AttemptPlan {
  readonly sourceCommand: readonly string[];
  readonly sourceConfig: JsonObject;
  readonly destinationCommand: readonly string[];
  readonly destinationConfig: JsonObject;
  readonly streams: readonly ConnectionStream[];
  /** The state messages from which the source goes on. */
  readonly states: readonly JsonObject[];
  readonly jobId: number;
  /** From 0. */
  readonly attempt: number;
}

/** The configured catalog that both connectors get. */
export function configuredCatalog({ streams, jobId, attempt }: AttemptPlan): JsonObject {
  // Every attempt that starts over is a generation of its own: a destination must not mix it with the one before.
  const generation = jobId * 1000 + attempt;
  return {
    streams: streams.map((stream) => {
      const { read, write } = MODE_PARTS[stream.syncMode];
      return {
        stream: {
          name: stream.name,
          ...(stream.namespace === null ? {} : { namespace: stream.namespace }),
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

/** A stream's name as states and counts know it. */
export function nameOf({ name, namespace }: ConnectionStream): StreamName {
  return { name, namespace: namespace ?? '' };
}

/** The stream's names as messages carry them. */
export function descriptorOf({ name, namespace }: ConnectionStream): JsonObject {
  return streamDescriptor(name, namespace);
}
