import type { ProcessIdentity } from '../platform/process-identity';
import type { Now } from '../platform/log';
import type { Failure } from '../store/failure';
import type { ConnectorRuntimeDirs } from './command';
import type { ReportHandlers } from './connector-reports';
import type { Commit, Checkpoints } from './checkpoints';
import type { Holdable, Standstill } from './standstill';

/** Callbacks and limits of an attempt. */
export interface AttemptHooks extends Pick<ReportHandlers, 'onConfiguration' | 'warn' | 'logEvent'> {
  readonly runtimeDirs: ConnectorRuntimeDirs;
  readonly now: Now;
  /** A monotonic clock in milliseconds. */
  readonly elapsedMs: () => number;
  /** Masks secrets in a text. */
  readonly redact: (text: string) => string;
  /** Cancels the attempt. */
  readonly signal: AbortSignal;
  /** Grace period between SIGTERM and SIGKILL for a connector. */
  readonly graceMs: number;
  /** The attempt fails if neither connector sends a message for this time. */
  readonly silenceMs: number;
  /** Wait for an acknowledgement of a destination that may buffer its states. */
  readonly stateWaitMs: number;
  readonly standstill: Standstill;
  /** This attempt, for the standstill. */
  readonly holdable: Holdable;
  readonly onProcess: (identity: ProcessIdentity) => void;
  readonly onProcessEnd: (identity: ProcessIdentity) => void;
  /** Receives the counts of the attempt, which change while it runs. */
  readonly onCheckpoints: (checkpoints: Checkpoints) => void;
  /** The states must be durable when it returns. */
  readonly onCommit: (commit: Commit) => void;
  /** Checks the record counts after the source has succeeded, before streams are declared complete; null accepts them. */
  readonly checkRecords: (checkpoints: Checkpoints) => Failure | null;
}
