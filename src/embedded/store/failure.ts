import type { Row } from './row';

/** The kinds of failure of Airbyte that occur here. A `config_error` is never retried. */
const FAILURE_TYPES = [
  'system_error',
  'config_error',
  'transient_error',
  'manual_cancellation',
  'heartbeat_timeout',
  'destination_timeout',
] as const;
export type FailureType = (typeof FAILURE_TYPES)[number];

/** The failure of an attempt. */
export interface Failure {
  readonly type: FailureType;
  readonly origin: 'source' | 'destination' | 'engine';
  /** The reason for people. It names stream, row and column where the connector knows them. */
  readonly message: string;
  /** The technical reason, if the connector gave one. */
  readonly internalMessage?: string;
  readonly stackTrace?: string;
}

/** The failure that a row of jobs or attempts records. */
export function toFailure(row: Row): Failure | null {
  const message = row.textOrNull('failure_message');
  if (message === null) return null;
  const [type, origin] = [row.textOrNull('failure_type'), row.textOrNull('failure_origin')];
  return {
    type: FAILURE_TYPES.find((known) => known === type) ?? 'system_error',
    origin: origin === 'source' || origin === 'destination' ? origin : 'engine',
    message,
  };
}
