import {
  type Advice,
  FAILURE_ORIGINS,
  FAILURE_TYPES,
  type FailureOrigin,
  type FailureType,
  type RunFailureDto,
} from './dto/run-failure.dto';
import { maskedText } from './mask-secrets';

const MAX_MESSAGE_CHARACTERS = 2000;

/** A failure as Airbyte reports it. */
export interface ReportedFailure {
  readonly origin: string | null;
  readonly type: string | null;
  readonly message: string | null;
  readonly retryable: boolean | null;
  readonly at: Date | null;
}

export interface AdviceInput {
  readonly origin: FailureOrigin;
  readonly type: FailureType;
  readonly retryable: boolean | null;
  /** True if Airbyte will make another attempt of the same run. */
  readonly willRetry: boolean;
}

/**
 * Returns the recommended action. `type` decides, as Airbyte's own retries do: only a person corrects a configuration, and time
 * heals what is temporary.
 */
export function adviceOf({ origin, type, retryable, willRetry }: AdviceInput): Advice {
  if (willRetry) return 'wait';
  switch (type) {
    case 'config_error':
    // The schema of the source changed, and the streams of the connection do not match it.
    case 'refresh_schema':
      return 'fix_configuration';
    case 'transient_error':
      return 'wait';
    case 'heartbeat_timeout':
    case 'destination_timeout':
    case 'manual_cancellation':
      return 'run_again';
    case 'system_error':
    case 'unknown':
      return retryable === false ? 'contact_support' : adviceByOrigin(origin, retryable);
  }
}

/** Faults of the platform, such as a full disk or a lost worker, usually pass. An unknown fault of a connector returns. */
function adviceByOrigin(origin: FailureOrigin, retryable: boolean | null): Advice {
  if (retryable === true) return 'run_again';
  switch (origin) {
    case 'replication':
    case 'persistence':
    case 'airbyte_platform':
      return 'run_again';
    case 'source':
    case 'destination':
    case 'normalization':
    case 'dbt':
    case 'unknown':
      return 'contact_support';
  }
}

/** @param willRetry true if Airbyte will make another attempt of the same run */
export function toRunFailure(failure: ReportedFailure, willRetry = false): RunFailureDto {
  const origin = FAILURE_ORIGINS.find((known) => known === failure.origin) ?? 'unknown';
  const type = FAILURE_TYPES.find((known) => known === failure.type) ?? 'unknown';
  const { message, retryable, at } = failure;
  return {
    origin,
    type,
    message: message === null || message === '' ? null : maskedText(message, MAX_MESSAGE_CHARACTERS),
    retryable,
    advice: adviceOf({ origin, type, retryable, willRetry }),
    at: at?.toISOString() ?? null,
  };
}
