import { isObject, objectAt, stringAt, type JsonObject } from '../json';
import type { Failure } from '../store/jobs';
import type { ConnectorProcess, ProcessEnd } from './connector-process';

type Origin = 'source' | 'destination';

/** Why an attempt failed whose connector ended as it should not have. */
export function endFailure(origin: Origin, process: ConnectorProcess, { code, signal }: ProcessEnd): Failure {
  const how = signal === null ? `ended with status ${code ?? 'unknown'}` : `was ended by ${signal}`;
  const log = process.lastLog === '' ? '' : ` Its last log lines:\n${process.lastLog}`;
  return { type: 'system_error', origin, message: `The ${origin} ${how}.${log}` };
}

/** The failure that a message of a connector reports, or null. */
export function traceFailure(origin: Origin, message: JsonObject): Failure | null {
  const trace = message['type'] === 'TRACE' ? message['trace'] : undefined;
  if (!isObject(trace) || trace['type'] !== 'ERROR') return null;
  const error = objectAt(trace, 'error') ?? {};
  const type = error['failure_type'];
  return {
    type: type === 'config_error' || type === 'transient_error' ? type : 'system_error',
    origin,
    message: stringAt(error, 'message') ?? 'The connector failed without a message.',
  };
}

/** The failure of a stream that a message says is incomplete, or null; an error that tells more may follow it. */
export function incompleteFailure(origin: Origin, message: JsonObject): Failure | null {
  const status = objectAt(objectAt(message, 'trace') ?? {}, 'stream_status') ?? {};
  if (status['status'] !== 'INCOMPLETE') return null;
  const name = stringAt(objectAt(status, 'stream_descriptor') ?? {}, 'name') ?? '';
  return {
    type: 'transient_error',
    origin,
    message: `The ${origin} says that stream ${name} is incomplete.`,
  };
}
