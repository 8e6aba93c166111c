import type { CreateConnectionInput, ScheduleInput, StreamInput } from '../client/model/airbyte-types';
import type { CreateIngestionDto } from './dto/create-ingestion.dto';
import type { StreamRequestDto } from '../core/dto/stream.dto';

/** Builds the request body of a creation. */
export function creationInput(request: CreateIngestionDto, schedule: ScheduleInput): CreateConnectionInput {
  const { name, sourceId, destinationId, status, streams } = request;
  return {
    name,
    sourceId,
    destinationId,
    schedule,
    status: status ?? 'active',
    ...(streams && { configurations: { streams: streams.map(streamInput) } }),
  };
}

/** Null counts as absent. */
export function streamInput(stream: StreamRequestDto): StreamInput {
  const { name, namespace, syncMode, cursorField, primaryKey } = stream;
  return {
    name,
    ...(typeof namespace === 'string' && { namespace }),
    ...(syncMode && { syncMode }),
    ...(cursorField && { cursorField }),
    ...(primaryKey && { primaryKey }),
  };
}
