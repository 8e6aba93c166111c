import type { AirbyteErrorKind } from '../model/airbyte-errors';

/** One exchange with Airbyte, for the log. Holds no body, no header and no credential. */
export interface CallEvent {
  /** Name of the client's method, or `signIn`. */
  readonly operation: string;
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  /** 1 for the first; further ones are retries. */
  readonly attempt: number;
  /** Absent when no answer came. */
  readonly status?: number | undefined;
  /** Absent when the answer was good. */
  readonly kind?: AirbyteErrorKind | undefined;
  readonly errorId?: string | undefined;
  readonly durationMs: number;
  readonly requestId?: string | undefined;
}

export type CallListener = (event: CallEvent) => void;
