import { idsOf } from '../platform/log';
import { isAlive } from '../platform/process-identity';
import { messageOf } from '../platform/system-error';
import type { Connection, ConnectionStore } from '../store/connections';
import type { LogEvent } from '../store/attempt-logs';
import type { Failure } from '../store/failure';
import type { Job, JobStore } from '../store/jobs';
import { jobEventType, type TimelineStore } from '../store/timeline';
import { AttemptRunner, type AttemptRunnerOptions } from './attempt-runner';
import { killGroup } from './connector-process';
import { cancellationFailure, engineFailure } from './failures';
import { mustDeduplicate, plannedStreams, SYNC, withReplacements, type JobOrder } from './job-streams';
import { finishJob, discardOverwrites } from './resume';
import { mayRetry, type RetryPolicy } from './retry';
import type { StreamCounts } from './unacknowledged-states';

/** Dependencies and limits of the runner. */
export interface JobRunnerOptions extends AttemptRunnerOptions {
  readonly connections: ConnectionStore;
  readonly jobs: JobStore;
  readonly timeline: TimelineStore;
  readonly retry: RetryPolicy;
  readonly maxRunning: number;
  /** Called when a job has ended. */
  readonly onEnd: (connectionId: string) => void;
}

/** Enough failures for the longest delay. */
const MANY_FAILURES = 10;

interface Run {
  readonly job: Job;
  readonly destinationId: string;
  readonly abort: AbortController;
  /** Resolves when the run has ended. */
  done: Promise<void>;
}

/** Runs jobs with a concurrency limit, at most one per destination, and retries failed attempts. */
export class JobRunner {
  private readonly waiting: Job[] = [];
  private readonly running = new Map<number, Run>();
  private readonly retryTimers = new Map<number, NodeJS.Timeout>();
  private readonly failedInRow = new Map<number, number>();
  private readonly reported = new Map<number, string>();
  private readonly runner: AttemptRunner;
  private closing = false;

  constructor(private readonly options: JobRunnerOptions) {
    this.runner = new AttemptRunner(options);
  }

  /** Queues a job. */
  submit(job: Job): void {
    this.waiting.push(job);
    this.fill();
  }

  /** Creates and queues a job on demand. */
  start(connection: Connection, order: JobOrder = SYNC): Job {
    const { attempts, jobs, replacements, now } = this.options;
    const job = attempts.transaction(() => {
      const scope = order.streams === null ? null : { streams: order.streams };
      const created = jobs.create(connection.id, order.type, false, now(), scope);
      if (order.replaces) replacements.add(connection.id, order.streams ?? []);
      this.record(created, 'STARTED', true);
      return created;
    });
    this.submit(job);
    return job;
  }

  /** Records and bytes that the source of a running job has sent in its current attempt. */
  emittedOf(jobId: number): StreamCounts[] {
    return this.runner.emittedOf(jobId);
  }

  /** The log of an attempt, oldest event first, with secrets masked. */
  logOf(jobId: number, attempt: number): LogEvent[] {
    return this.runner.logOf(jobId, attempt);
  }

  /** Recovers from a crash: ends connectors that are still running and resumes unfinished jobs. */
  recover(): void {
    const { attempts, connections, jobs, log, now } = this.options;
    this.endLeftConnectors();
    for (const job of jobs.unfinished()) {
      if (job.status === 'running') {
        const failure = engineFailure('The engine stopped during this attempt.');
        attempts.end(job.id, 'failed', now(), failure);
        this.discardOverwrites(job, connections.find(job.connectionId));
        jobs.setStatus(job.id, 'incomplete', now(), failure);
        log.warn(`Job ${job.id} was interrupted. It resumes from its last commit.`, idsOf(job));
      }
      this.submit(job);
    }
  }

  /** Cancels a job. */
  async cancel(job: Job): Promise<void> {
    const index = this.waiting.findIndex(({ id }) => id === job.id);
    if (index >= 0) this.waiting.splice(index, 1);
    clearTimeout(this.retryTimers.get(job.id));
    this.retryTimers.delete(job.id);
    const run = this.running.get(job.id);
    if (run !== undefined) {
      run.abort.abort();
      await run.done;
    }
    const { jobs, now, onEnd } = this.options;
    if (jobs.unfinishedOf(job.connectionId)?.id !== job.id) return;
    this.failedInRow.delete(job.id);
    this.reported.delete(job.id);
    this.discardCancelled(job);
    this.options.attempts.transaction(() => {
      jobs.setStatus(job.id, 'cancelled', now());
      this.record(job, 'CANCELLED', true);
    });
    onEnd(job.connectionId);
  }

  /** Ends every connector. Jobs resume at the next start. */
  async close(): Promise<void> {
    this.closing = true;
    for (const timer of this.retryTimers.values()) clearTimeout(timer);
    for (const { abort } of this.running.values()) abort.abort();
    await Promise.all([...this.running.values()].map(({ done }) => done));
  }

  /**
   * Does something while no job runs beyond a checkpoint and none begins.
   * @throws StandstillError if a job has no checkpoint within `limitMs`
   */
  async atStandstill(limitMs: number, work: () => Promise<void>): Promise<void> {
    await this.options.standstill.hold(limitMs, work);
  }

  private endLeftConnectors(): void {
    const { attempts, log } = this.options;
    for (const identity of attempts.processes()) {
      // Without a start time the id may belong to another process now. A connector ends by itself when its pipes are closed.
      if (identity.pid > 0 && identity.started !== null && isAlive(identity)) {
        log.warn(`Ending connector process ${identity.pid}, which an earlier run left behind.`);
        killGroup(identity.pid, 'SIGKILL');
      }
      attempts.removeProcess(identity.pid);
    }
  }

  private fill(): void {
    if (this.closing) return;
    for (const job of [...this.waiting]) {
      if (this.running.size >= this.options.maxRunning) return;
      const connection = this.options.connections.find(job.connectionId);
      const destinationId = connection?.destinationId ?? '';
      if ([...this.running.values()].some((run) => run.destinationId === destinationId)) continue;
      this.waiting.splice(this.waiting.indexOf(job), 1);
      this.launch(job, connection, destinationId);
    }
  }

  private launch(job: Job, connection: Connection | null, destinationId: string): void {
    const run: Run = { job, destinationId, abort: new AbortController(), done: Promise.resolve() };
    this.running.set(job.id, run);
    run.done = this.runOnce(run, connection)
      .catch((error: unknown) => {
        this.options.log.error(`Job ${job.id} could not be run: ${messageOf(error)}`, idsOf(job));
        // The job is still unfinished, since its state could not be written.
        this.enqueueAfter(job, this.options.retry.delayMs(MANY_FAILURES));
      })
      .finally(() => {
        this.running.delete(job.id);
        this.fill();
      });
  }

  private async runOnce({ job, abort }: Run, connection: Connection | null): Promise<void> {
    const { jobs, attempts, now } = this.options;
    const number = attempts.start(job.id, now());
    jobs.setStatus(job.id, 'running', now());
    const rowsBefore = attempts.rowsOf(job.id);
    const failure = await this.runner.run(job, number, connection, abort.signal);
    // A cancellation after the success is ignored: the rows are at the destination.
    if (failure === null) {
      this.succeed(job, connection);
      return;
    }
    // With the sync modes of the attempt: the connection may have changed meanwhile.
    this.discardOverwrites(job, connection);
    if (abort.signal.aborted) {
      this.endAborted(job);
      return;
    }
    attempts.end(job.id, 'failed', now(), failure);
    this.report(job, number + 1, failure);
    this.retryOrEnd(job, failure, number + 1, attempts.rowsOf(job.id) > rowsBefore);
  }

  /** Ends a job, unless a replaced stream needs another attempt to be deduplicated. */
  private succeed(job: Job, connection: Connection | null): void {
    const { attempts, replacements, log, now } = this.options;
    const { id, connectionId } = job;
    const replaced = replacements.of(connectionId);
    attempts.transaction(() => {
      attempts.end(id, 'succeeded', now(), null);
      if (connection === null) return;
      const streams = plannedStreams(job, connection.streams, replaced);
      finishJob(this.options, id, { ...connection, streams });
    });
    if (connection !== null && mustDeduplicate(connection, job, replaced)) {
      this.submit(job);
      return;
    }
    this.endJob(job, 'succeeded', null);
    log.info(`Job ${id} of connection ${connectionId} succeeded: ${attempts.rowsOf(id)} rows.`, idsOf(job));
  }

  /** Logs the reason of repeated failures once. */
  private report(job: Job, attempt: number, { type, origin, message }: Failure): void {
    const isKnown = this.reported.get(job.id) === message;
    this.reported.set(job.id, message);
    const reason = isKnown ? 'for the same reason.' : `(${type}, ${origin}): ${message}`;
    this.options.log.warn(`Job ${job.id}, attempt ${attempt}, failed ${reason}`, { ...idsOf(job), attempt });
  }

  private endAborted(job: Job): void {
    const { jobs, attempts, now } = this.options;
    const failure = this.closing
      ? engineFailure('The engine was stopped during this attempt.')
      : cancellationFailure('The sync was cancelled.');
    attempts.end(job.id, this.closing ? 'failed' : 'cancelled', now(), failure);
    jobs.setStatus(job.id, 'incomplete', now(), failure);
  }

  private retryOrEnd(job: Job, failure: Failure, attemptsSoFar: number, progress: boolean): void {
    const inRow = progress ? 0 : (this.failedInRow.get(job.id) ?? 0) + 1;
    this.failedInRow.set(job.id, inRow);
    const { retry, jobs, now } = this.options;
    if (!mayRetry(retry, failure, inRow, attemptsSoFar)) {
      this.endJob(job, 'failed', failure);
      return;
    }
    jobs.setStatus(job.id, 'incomplete', now(), failure);
    this.enqueueAfter(job, retry.delayMs(inRow));
  }

  private enqueueAfter(job: Job, delayMs: number): void {
    if (this.closing) return;
    const timer = setTimeout(() => {
      this.retryTimers.delete(job.id);
      this.submit(job);
    }, delayMs);
    this.retryTimers.set(job.id, timer);
  }

  private endJob(job: Job, status: 'succeeded' | 'failed', failure: Failure | null): void {
    const { attempts, jobs, now, onEnd } = this.options;
    this.failedInRow.delete(job.id);
    this.reported.delete(job.id);
    attempts.transaction(() => {
      jobs.setStatus(job.id, status, now(), failure);
      // As in Airbyte, a failed job that has stored rows is incomplete.
      const failed = attempts.rowsOf(job.id) > 0 ? 'INCOMPLETE' : 'FAILED';
      this.record(job, status === 'succeeded' ? 'SUCCEEDED' : failed, false);
    });
    onEnd(job.connectionId);
  }

  /** Adds an event about a job to the timeline of its connection. */
  private record(
    { id, connectionId, type }: Job,
    verb: 'STARTED' | 'SUCCEEDED' | 'INCOMPLETE' | 'FAILED' | 'CANCELLED',
    byUser: boolean,
  ): void {
    this.options.timeline.add({
      connectionId,
      type: jobEventType(type, verb),
      jobId: id,
      summary: {},
      byUser,
      createdAt: this.options.now(),
    });
  }

  /** A job that was cancelled before it began has changed nothing, and what it was to replace stays. */
  private discardCancelled(job: Job): void {
    const { jobs, connections, replacements } = this.options;
    const { startedAt = null, scope = null } = jobs.find(job.id) ?? {};
    if (startedAt === null) replacements.remove(job.connectionId, scope?.streams ?? []);
    else this.discardOverwrites(job, connections.find(job.connectionId));
  }

  private discardOverwrites({ id }: Job, connection: Connection | null): void {
    if (connection === null) return;
    const replaced = this.options.replacements.of(connection.id);
    discardOverwrites(this.options, id, withReplacements(connection, replaced));
  }
}
