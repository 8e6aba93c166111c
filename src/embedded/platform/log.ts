/** Ids that a log line is about. They become members of the line. */
export interface LogIds {
  readonly connectionId?: string;
  /** Id of the job. The gateway calls it a run. */
  readonly runId?: string;
  readonly attempt?: number;
}

/** The logger of the embedded Airbyte. The gateway passes its own. */
export interface EmbeddedLog {
  info(message: string, ids?: LogIds): void;
  warn(message: string, ids?: LogIds): void;
  error(message: string, ids?: LogIds): void;
}

/** Ids of a log line about a job. */
export function idsOf(job: { readonly id: number | string; readonly connectionId: string }): LogIds {
  return { connectionId: job.connectionId, runId: String(job.id) };
}

/** The current time, injected for tests. */
export type Now = () => Date;
