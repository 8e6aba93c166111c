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
