import { redact, secretsOf } from '../secrets/mask';
import type { ActorStore } from '../store/actors';
import type { AttemptStore } from '../store/attempts';
import { isAlive } from '../data-dir/process-identity';
import type { EmbeddedLog, Now } from '../log';
import { messageOf } from '../system-error';
import type { Connection, ConnectionStore } from '../store/connections';
import type { Failure, Job, JobStore } from '../store/jobs';
import { runAttempt, type AttemptHooks } from './attempt';
import type { Workshop } from './command';
import { killGroup } from './connector-process';
import { configurationFailure } from './configuration-failure';
import type { Connectors } from './connectors';
import { renamingOf } from './naming';
import { sharedName, type AttemptPlan } from './plan';
import { forgetFinished, statesToResume } from './resume';
import { mayRetry, type RetryPolicy } from './retry';

/** What the runner works with. */
export interface JobRunnerOptions {
  readonly actors: ActorStore;
  readonly connections: ConnectionStore;
  readonly jobs: JobStore;
  readonly attempts: AttemptStore;
  readonly connectors: Connectors;
  readonly workshop: Workshop;
  readonly log: EmbeddedLog;
  readonly now: Now;
  readonly retry: RetryPolicy;
  readonly maxRunning: number;
  readonly graceMs: number;
  readonly silenceMs: number;
  readonly stateWaitMs: number;
  /** A job came to its end. */
  readonly onEnd: (connectionId: string) => void;
}

/** So many that the wait before the next attempt is the longest. */
const MANY_FAILURES = 10;

interface Run {
  readonly job: Job;
  readonly destinationId: string;
  readonly abort: AbortController;
  /** Settles when the run is over, whatever became of it. */
  done: Promise<void>;
}

/** Runs jobs: a few at a time, one per destination, each over as many attempts as it takes. */
export class JobRunner {
  private readonly waiting: Job[] = [];
  private readonly running = new Map<number, Run>();
  private readonly retryTimers = new Map<number, NodeJS.Timeout>();
  private readonly failedInRow = new Map<number, number>();
  private closing = false;

  constructor(private readonly options: JobRunnerOptions) {}

  /** Makes a job and runs it as soon as there is room. */
  start(connection: Connection, scheduled: boolean): Job {
    const job = this.options.jobs.create(connection.id, 'sync', scheduled, this.options.now());
    this.enqueue(job);
    return job;
  }

  /** Picks up what an engine that died left behind: its connectors are ended, its jobs go on. */
  recover(): void {
    const { attempts, jobs, log, now } = this.options;
    for (const identity of attempts.processes()) {
      // Without a start time nobody can say whose id it is now. Its input and output are closed, so it ends by itself.
      if (identity.pid > 0 && identity.started !== null && isAlive(identity)) {
        log.warn(`Ending connector process ${identity.pid}, which an earlier run left behind.`);
        killGroup(identity.pid, 'SIGKILL');
      }
      attempts.forgetProcess(identity.pid);
    }
    for (const job of jobs.unfinished()) {
      if (job.status === 'running') {
        const failure: Failure = {
          type: 'system_error',
          origin: 'engine',
          message: 'The engine stopped during this attempt.',
        };
        attempts.end(job.id, 'failed', now(), failure);
        jobs.setStatus(job.id, 'incomplete', now(), failure);
        log.warn(`Job ${job.id} was cut short; it goes on from its last commit.`);
      }
      this.enqueue(job);
    }
  }

  /** Ends a job for good. */
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
    this.forgetStates(job);
    jobs.setStatus(job.id, 'cancelled', now());
    onEnd(job.connectionId);
  }

  /** Ends every connector; jobs stay as they are and go on when the engine starts again. */
  async close(): Promise<void> {
    this.closing = true;
    for (const timer of this.retryTimers.values()) clearTimeout(timer);
    for (const { abort } of this.running.values()) abort.abort();
    await Promise.all([...this.running.values()].map(({ done }) => done));
  }

  private enqueue(job: Job): void {
    this.waiting.push(job);
    this.fill();
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
        this.options.log.error(`Job ${job.id} could not be run: ${messageOf(error)}`);
        // Its state could not be written, so it is as unfinished as before.
        this.enqueueAfter(job, this.options.retry.delayMs(MANY_FAILURES));
      })
      .finally(() => {
        this.running.delete(job.id);
        this.fill();
      });
  }

  private async runOnce({ job, abort }: Run, connection: Connection | null): Promise<void> {
    const { jobs, attempts, log, now } = this.options;
    const number = attempts.start(job.id, now());
    jobs.setStatus(job.id, 'running', now());
    const rowsBefore = attempts.rowsOf(job.id);
    const failure = await this.attempt(job, number, connection, abort.signal).catch(unexpected);
    if (abort.signal.aborted) {
      this.endAborted(job);
      return;
    }
    if (failure === null) {
      attempts.end(job.id, 'succeeded', now(), null);
      this.endJob(job, 'succeeded', null);
      log.info(`Job ${job.id} of connection ${job.connectionId} succeeded: ${attempts.rowsOf(job.id)} rows.`);
      return;
    }
    attempts.end(job.id, 'failed', now(), failure);
    log.warn(
      `Job ${job.id}, attempt ${number + 1}, failed (${failure.type}, ${failure.origin}): ${failure.message}`,
    );
    const progress = attempts.rowsOf(job.id) > rowsBefore;
    this.retryOrEnd(job, failure, number + 1, progress);
  }

  private endAborted(job: Job): void {
    const { jobs, attempts, now } = this.options;
    const message = this.closing ? 'The engine was stopped during this attempt.' : 'The sync was cancelled.';
    const failure: Failure = { type: 'system_error', origin: 'engine', message };
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
      this.enqueue(job);
    }, delayMs);
    this.retryTimers.set(job.id, timer);
  }

  private endJob(job: Job, status: 'succeeded' | 'failed', failure: Failure | null): void {
    this.failedInRow.delete(job.id);
    this.forgetStates(job);
    this.options.jobs.setStatus(job.id, status, this.options.now(), failure);
    this.options.onEnd(job.connectionId);
  }

  private forgetStates({ connectionId }: Job): void {
    const connection = this.options.connections.find(connectionId);
    if (connection !== null) forgetFinished(this.options.attempts, connection);
  }

  private async attempt(
    job: Job,
    number: number,
    connection: Connection | null,
    signal: AbortSignal,
  ): Promise<Failure | null> {
    const { attempts, actors, connectors, workshop, log, now, graceMs, silenceMs, stateWaitMs } =
      this.options;
    const source = connection === null ? null : actors.find('source', connection.sourceId);
    const destination = connection === null ? null : actors.find('destination', connection.destinationId);
    const reader = connectors.find(source?.definitionId ?? '');
    const writer = connectors.find(destination?.definitionId ?? '');
    if (
      connection === null ||
      source === null ||
      destination === null ||
      reader === null ||
      writer === null
    ) {
      return {
        type: 'config_error',
        origin: 'engine',
        message: 'The source, the destination or its connector is gone.',
      };
    }
    const misfit = await configurationFailure(connectors, source, destination);
    if (misfit !== null) return misfit;
    const plan: AttemptPlan = {
      sourceCommand: reader.command,
      sourceConfig: source.configuration,
      destinationCommand: writer.command,
      destinationConfig: destination.configuration,
      streams: connection.streams,
      rename: renamingOf(connection.settings),
      states: statesToResume(attempts, job.id, connection),
      answersStatesAtOnce: writer.answersStatesAtOnce,
      jobId: job.id,
      attempt: number,
    };
    const shared = sharedName(plan.streams, plan.rename);
    if (shared !== null) {
      const message = `Two streams would both be written as ${shared}: set namespaceDefinition to source.`;
      return { type: 'config_error', origin: 'engine', message };
    }
    const secrets = [source, destination].flatMap(({ configuration, shown }) =>
      secretsOf(configuration, shown),
    );
    const hooks: AttemptHooks = {
      workshop,
      warn: (message) => {
        log.warn(redact(message, secrets));
      },
      now,
      signal,
      graceMs,
      silenceMs,
      stateWaitMs,
      onProcess: (identity) => {
        attempts.addProcess(job.id, identity);
      },
      onProcessEnd: ({ pid }) => {
        attempts.forgetProcess(pid);
      },
      onCommit: (committed) => {
        attempts.commit(connection.id, job.id, committed);
      },
      onRest: (rest) => {
        rest.forEach((tally) => {
          attempts.addRows(job.id, tally, tally.rows, tally.bytes);
        });
      },
    };
    const failure = await runAttempt(plan, hooks);
    return failure === null ? null : { ...failure, message: redact(failure.message, secrets) };
  }
}

/** Why an attempt could not even be made: the disk is full, the key is not the one of the configuration. */
function unexpected(error: unknown): Failure {
  return { type: 'system_error', origin: 'engine', message: messageOf(error) };
}
