import type { AirbyteSchedule } from '../client/model/airbyte-types';

/**
 * Parsed answers of Airbyte's internal API. Every value except an id may be absent, and enumerations stay strings, because
 * Airbyte changes this API without notice.
 */

/** One failure of an attempt. Stack traces and Airbyte's internal messages are not read. */
export interface FailureReason {
  /** `source`, `destination`, `replication`, `airbyte_platform`, … */
  readonly origin: string | null;
  /** `config_error`, `system_error`, `transient_error`, … */
  readonly type: string | null;
  /** Airbyte's message for people. May contain secrets. */
  readonly message: string | null;
  /** Whether Airbyte regards a retry as useful. */
  readonly retryable: boolean | null;
  readonly at: Date | null;
}

/** Counts of one stream in a run. */
export interface StreamCounts {
  readonly name: string;
  readonly namespace: string | null;
  readonly rowsEmitted: number | null;
  readonly rowsCommitted: number | null;
  readonly bytesEmitted: number | null;
  readonly bytesCommitted: number | null;
  /** Null before Airbyte 1.8. */
  readonly rowsRejected: number | null;
}

export interface JobAttempt {
  /** Counts from 0. */
  readonly number: number;
  /** `running`, `succeeded`, `failed`. */
  readonly status: string | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly failures: readonly FailureReason[];
}

export interface DetailedJob {
  /** Equal to the id in the public API. */
  readonly jobId: string;
  readonly startedAt: Date | null;
  /** Oldest first. */
  readonly attempts: readonly JobAttempt[];
  readonly streams: readonly StreamCounts[];
}

/** Counts of the running sync of a connection. */
export interface SyncProgress {
  readonly jobId: string;
  readonly startedAt: Date | null;
  readonly rowsEmitted: number | null;
  readonly rowsCommitted: number | null;
  readonly bytesEmitted: number | null;
  readonly bytesCommitted: number | null;
  readonly streams: readonly StreamCounts[];
}

export interface LogLine {
  /** Null for logs that have lines of text only. */
  readonly at: Date | null;
  readonly level: string | null;
  /** `source`, `destination`, `platform`, `replication-orchestrator`. */
  readonly origin: string | null;
  readonly message: string;
}

/** An entry of a connection's timeline. */
export interface TimelineEvent {
  readonly id: string;
  /** `SYNC_STARTED`, `CONNECTION_DISABLED`, … */
  readonly type: string;
  readonly at: Date;
  /** Null for events that Airbyte caused itself. */
  readonly userName: string | null;
  readonly jobId: string | null;
  /** Reason of a change or of a deactivation. */
  readonly reason: string | null;
  readonly failure: FailureReason | null;
  readonly changes: readonly FieldChange[];
  /** Null if the schedule did not change, or if its change cannot be read; then it is among `changes`. */
  readonly schedule: ScheduleChange | null;
}

/** A changed schedule, each in the form of the public API. */
export interface ScheduleChange {
  readonly from: AirbyteSchedule;
  readonly to: AirbyteSchedule;
}

/** Values as JSON. */
export interface FieldChange {
  readonly field: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** A stream of a connection. */
export interface StreamId {
  readonly name: string;
  readonly namespace: string | null;
}

export type RefreshMode = 'merge' | 'truncate';

/** A schedule that `connections/update` writes. */
export type WrittenSchedule =
  | { readonly scheduleType: 'manual' }
  /** Quartz; an IANA zone. */
  | { readonly scheduleType: 'cron'; readonly cronExpression: string; readonly timeZone: string }
  /** `unit`: `MINUTES`, `HOURS`, `DAYS`, `WEEKS` or `MONTHS`. */
  | {
      readonly scheduleType: 'basic';
      readonly basicSchedule: { readonly units: number; readonly unit: string };
    };
