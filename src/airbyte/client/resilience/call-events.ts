import type { AirbyteErrorKind } from '../model/airbyte-errors';

/** One request to Airbyte, for the log. Contains no body, header or credential. */
export interface CallEvent {
  /** Name of the client's method, or `signIn`. */
  readonly operation: string;
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  /** 1 for the first; further ones are retries. */
  readonly attempt: number;
  /** Absent without a response. */
  readonly status?: number | undefined;
  /** Absent on success. */
  readonly kind?: AirbyteErrorKind | undefined;
  readonly errorId?: string | undefined;
  readonly durationMs: number;
  readonly requestId?: string | undefined;
}

export type CallListener = (event: CallEvent) => void;
