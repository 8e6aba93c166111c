import {
  type StreamSample,
  type StreamSamples,
  UnknownStreamError,
} from '../../engine/stream-sample/stream-samples';
import { stringAt, type JsonObject } from '../../platform/json';
import type { ActorStore } from '../../store/actors';
import { configNotFound, unprocessableInput } from '../errors';
import { requiredString } from '../input';
import type { ApiRequest, Route } from '../router';
import { operation } from './input';

/** Not an operation of Airbyte. It returns the first rows of a stream. */
export function sampleRoutes(actors: ActorStore, samples: StreamSamples): Route[] {
  return [operation('/sources/sample_stream', (request) => sample(actors, samples, request))];
}

async function sample(actors: ActorStore, samples: StreamSamples, request: ApiRequest): Promise<JsonObject> {
  const sourceId = requiredString(request, 'sourceId');
  const name = requiredString(request, 'streamName');
  const source = actors.find('source', sourceId);
  if (source === null) throw configNotFound('SOURCE_CONNECTION', sourceId);
  try {
    return sampleBody(await samples.read(source, name, stringAt(request.body, 'streamNamespace') ?? null));
  } catch (error) {
    if (error instanceof UnknownStreamError) throw unprocessableInput(error.message);
    throw error;
  }
}

function sampleBody({ fields, rows, isComplete }: StreamSample): JsonObject {
  return {
    fields,
    rows: rows.map(({ values }) => values),
    cut: rows.flatMap(({ cut }, row) => cut.map((field) => ({ row, field }))),
    leftOutFields: Math.max(0, ...rows.map(({ leftOut }) => leftOut)),
    isComplete,
  };
}
