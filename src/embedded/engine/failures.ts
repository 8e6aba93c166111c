import { isObject, objectAt, stringAt, type JsonObject } from '../platform/json';
import { LineTooLongError, sizeOf } from '../protocol/lines';
import type { Failure } from '../store/failure';
import { messageOf } from '../platform/system-error';
import type { ConnectorProcess, ProcessEnd } from './connector-process';
import { MAX_FAILURE_CHARACTERS } from './limits';

export type Origin = 'source' | 'destination';

/**
 * A classified failure of an attempt. A `config_error` needs a change by the user and is not retried; all other types are.
 */
export class AttemptError extends Error {
  override readonly name = 'AttemptError';

  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** The failure of an attempt that threw an error. */
export function failureOf(error: unknown): Failure {
  if (error instanceof AttemptError) return error.failure;
  if (error instanceof LineTooLongError) return tooLongFailure('source', error.maxBytes);
  return engineFailure(messageOf(error));
}

/** The engine itself has ended the attempt. */
export function engineFailure(message: string): Failure {
  return { type: 'system_error', origin: 'engine', message };
}

/** A message of a connector is too large. A retry would not help. */
export function tooLongFailure(origin: Origin, maxBytes: number): Failure {
  return {
    type: 'config_error',
    origin,
    message: `The ${origin} wrote a line of more than ${sizeOf(maxBytes)} to its standard output. Each message must be one shorter line.`,
  };
}

/** Neither connector has sent a message for too long. */
export function silenceFailure(isDestinationBehind: boolean, silenceMs: number): Failure {
  return {
    type: isDestinationBehind ? 'destination_timeout' : 'heartbeat_timeout',
    origin: isDestinationBehind ? 'destination' : 'source',
    message: `Neither connector sent a message for ${Math.round(silenceMs / 1000)} seconds.`,
  };
}

/** A state is too large. */
export function stateTooLargeFailure(maxBytes: number): Failure {
  return {
    type: 'config_error',
    origin: 'source',
    message: `The source sent a state of more than ${sizeOf(maxBytes)}, which is too large. Sync fewer streams in one connection.`,
  };
}

/** The states without acknowledgement exceed the memory limit. */
export function tooManyStatesFailure(count: number): Failure {
  return {
    type: 'config_error',
    origin: 'destination',
    message: `The destination has not acknowledged ${count} states, and no more can be kept. It must acknowledge each state when its rows are stored, or the source must send fewer states.`,
  };
}

/** A LEGACY state from which the part of a full-refresh stream cannot be removed. */
export function inseparableStateFailure(): Failure {
  return {
    type: 'config_error',
    origin: 'source',
    message:
      'The source keeps one LEGACY state for all its streams, and some of them are fully refreshed and others incremental. ' +
      'Sync the fully refreshed streams by a connection of their own.',
  };
}

/** The failure of a connector that ended unexpectedly. */
export function endFailure(origin: Origin, process: ConnectorProcess, { code, signal }: ProcessEnd): Failure {
  const how = signal === null ? `ended with status ${code ?? 'unknown'}` : `was ended by ${signal}`;
  const log = process.lastLog;
  return {
    type: 'system_error',
    origin,
    message: `The ${origin} ${how}.${log === '' ? '' : ` Its last log lines:\n${log}`}`,
  };
}

/** The failure in a TRACE message, or null. */
export function traceFailure(origin: Origin, message: JsonObject): Failure | null {
  const trace = message['type'] === 'TRACE' ? message['trace'] : undefined;
  if (!isObject(trace) || trace['type'] !== 'ERROR') return null;
  const error = objectAt(trace, 'error') ?? {};
  const type = error['failure_type'];
  const stream = stringAt(objectAt(error, 'stream_descriptor') ?? {}, 'name');
  const internalMessage = stringAt(error, 'internal_message');
  const stackTrace = stringAt(error, 'stack_trace');
  const text = stringAt(error, 'message') ?? internalMessage ?? 'The connector failed without a message.';
  return {
    type: type === 'config_error' || type === 'transient_error' ? type : 'system_error',
    origin,
    message: stream === undefined || namesStream(text, stream) ? text : `Stream ${stream}: ${text}`,
    ...(internalMessage === undefined ? {} : { internalMessage }),
    ...(stackTrace === undefined ? {} : { stackTrace }),
  };
}

/** The name alone may be that of a file or a table. */
function namesStream(text: string, stream: string): boolean {
  return text.toLowerCase().includes(`stream ${stream.toLowerCase()}`);
}

/** The failure for a stream with the status INCOMPLETE, or null. An error with the reason may follow. */
export function incompleteFailure(origin: Origin, message: JsonObject): Failure | null {
  const status = objectAt(objectAt(message, 'trace') ?? {}, 'stream_status') ?? {};
  if (status['status'] !== 'INCOMPLETE') return null;
  const name = stringAt(objectAt(status, 'stream_descriptor') ?? {}, 'name') ?? '';
  return {
    type: 'transient_error',
    origin,
    message: `The ${origin} reports that stream ${name} is incomplete.`,
  };
}

/** The failure of an attempt that a user or the stop of the process ended. */
export function cancellationFailure(message: string): Failure {
  return { type: 'manual_cancellation', origin: 'engine', message };
}

/** A failure for the log and the store. Secrets are masked before a text is cut. */
export function reportable(failure: Failure, redact: (text: string) => string): Failure {
  const shown = (text: string): string => {
    const redacted = redact(text);
    return redacted.length > MAX_FAILURE_CHARACTERS
      ? `${redacted.slice(0, MAX_FAILURE_CHARACTERS)} […]`
      : redacted;
  };
  const { message, internalMessage, stackTrace } = failure;
  return {
    ...failure,
    message: shown(message),
    ...(internalMessage === undefined ? {} : { internalMessage: shown(internalMessage) }),
    ...(stackTrace === undefined ? {} : { stackTrace: shown(stackTrace) }),
  };
}
