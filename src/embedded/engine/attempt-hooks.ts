import type { ProcessIdentity } from '../platform/process-identity';
import type { Now } from '../platform/log';
import type { Failure } from '../store/jobs';
import type { ConnectorRuntimeDirs } from './command';
import type { ReportHandlers } from './connector-reports';
import type { Commit, Ledger } from './ledger';

/** What an attempt reports while it runs, and the limits that it keeps. */
export interface AttemptHooks extends Pick<ReportHandlers, 'onConfiguration' | 'warn'> {
  readonly runtimeDirs: ConnectorRuntimeDirs;
  readonly now: Now;
  /** A clock in milliseconds that never steps. */
  readonly elapsedMs: () => number;
  /** A text without secrets. */
  readonly redact: (text: string) => string;
  /** Aborted to cancel the attempt. */
  readonly signal: AbortSignal;
  /** How long a connector that was asked to end may take. */
  readonly graceMs: number;
  /** How long no message may come while one is awaited. */
  readonly silenceMs: number;
  /** How long a destination that may keep its states is waited for to give one back. */
  readonly stateWaitMs: number;
  readonly onProcess: (identity: ProcessIdentity) => void;
  readonly onProcessEnd: (identity: ProcessIdentity) => void;
  /** Must have kept the states for good when it returns. */
  readonly onCommit: (commit: Commit) => void;
  /** Judges the records of a source that ended well, before any stream is declared complete; null accepts them. */
  readonly checkRecords: (ledger: Ledger) => Failure | null;
}
