import { Redactor } from '../secrets/redactor';
import { secretsOf } from '../secrets/mask';
import type { Actor, ActorStore } from '../store/actors';
import type { AttemptLogStore, LogEvent } from '../store/attempt-logs';
import type { AttemptStreamStore } from '../store/attempt-streams';
import type { AttemptStore } from '../store/attempts';
import type { Connection, ConnectionStore, DescribedStream } from '../store/connections';
import type { DestinationRowsStore } from '../store/destination-rows';
import type { Failure } from '../store/failure';
import type { Job } from '../store/jobs';
import type { ReplacementStore } from '../store/replacements';
import type { StateStore } from '../store/states';
import { type EmbeddedLog, idsOf, type Now } from '../platform/log';
import { messageOf } from '../platform/system-error';
import { streamKey } from '../protocol/stream-name';
import { runAttempt } from './attempt';
import type { AttemptHooks } from './attempt-hooks';
import { AttemptLog } from './attempt-log';
import type { ConnectorRuntimeDirs } from './command';
import { configurationFailure } from './configuration-failure';
import type { Connectors } from './connectors';
import { EMPTY_SOURCE, type ConnectorDefinition } from './definitions';
import {
  emptiedStreams,
  type EmptyOverwrite,
  emptyOverwriteFailure,
  emptyOverwriteWarning,
} from './empty-overwrite';
import { failureOf, reportable } from './failures';
import type { Checkpoints } from './checkpoints';
import { isClear, plannedStreams, withReplacements } from './job-streams';
import { MAX_FAILURE_CHARACTERS } from './limits';
import { renamingOf } from './naming';
import { sharedName, type AttemptPlan } from './plan';
import type { StreamCounts } from './unacknowledged-states';
import { beginAttempt, isOverwritten } from './resume';
import type { Standstill } from './standstill';

/** Dependencies and limits of attempts. */
export interface AttemptRunnerOptions {
  readonly actors: ActorStore;
  readonly connections: ConnectionStore;
  readonly attempts: AttemptStore;
  readonly attemptStreams: AttemptStreamStore;
  readonly attemptLogs: AttemptLogStore;
  readonly states: StateStore;
  readonly destinationRows: DestinationRowsStore;
  readonly replacements: ReplacementStore;
  readonly emptyOverwrite: EmptyOverwrite;
  readonly connectors: Connectors;
  readonly standstill: Standstill;
  readonly runtimeDirs: ConnectorRuntimeDirs;
  readonly log: EmbeddedLog;
  readonly now: Now;
  readonly elapsedMs: () => number;
  readonly graceMs: number;
  readonly silenceMs: number;
  readonly stateWaitMs: number;
}

/** Prepares and runs one attempt of a job, and stores its commits. */
export class AttemptRunner {
  private readonly running = new Map<number, RunningAttempt>();

  constructor(private readonly options: AttemptRunnerOptions) {}

  /** @returns null after a success, else the failure with secrets masked */
  async run(
    job: Job,
    number: number,
    connection: Connection | null,
    signal: AbortSignal,
  ): Promise<Failure | null> {
    const { now } = this.options;
    const attempt: RunningAttempt = { number, log: new AttemptLog(now), checkpoints: null };
    this.running.set(job.id, attempt);
    attempt.log.add('platform', 'info', `Attempt ${number + 1} of job ${job.id} begins.`);
    const failure = await this.runAttempt(job, attempt, connection, signal).catch(failureOf);
    if (failure === null) attempt.log.add('platform', 'info', `Attempt ${number + 1} succeeded.`);
    else attempt.log.add('platform', 'error', `Attempt ${number + 1} failed: ${failure.message}`);
    this.saveRecord(job, attempt);
    this.running.delete(job.id);
    return failure;
  }

  /** Records and bytes that the source of a running job has sent in this attempt. */
  emittedOf(jobId: number): StreamCounts[] {
    return this.running.get(jobId)?.checkpoints?.emitted ?? [];
  }

  /** The log of an attempt, which is stored when it ends. */
  logOf(jobId: number, number: number): LogEvent[] {
    const attempt = this.running.get(jobId);
    return attempt?.number === number ? attempt.log.events() : this.options.attemptLogs.find(jobId, number);
  }

  /** The result of an attempt does not depend on its log and counts. */
  private saveRecord(job: Job, { number, log, checkpoints }: RunningAttempt): void {
    const { id, connectionId } = job;
    const { attemptStreams, attemptLogs } = this.options;
    try {
      attemptStreams.saveEmitted(connectionId, id, number, checkpoints?.emitted ?? []);
      attemptLogs.save(connectionId, id, number, log.events());
    } catch (error) {
      this.options.log.error(`The log of job ${id} could not be stored: ${messageOf(error)}`, idsOf(job));
    }
  }

  private async runAttempt(
    job: Job,
    attempt: RunningAttempt,
    connection: Connection | null,
    signal: AbortSignal,
  ): Promise<Failure | null> {
    const parts = this.partsOf(job, connection);
    if (parts === null)
      return configError(
        'The source, the destination or its connector no longer exists. Create the connection again.',
      );
    const rejection = rejectionOf(parts.connection);
    if (rejection !== null) return configError(rejection);
    const configurationFault = await configurationFailure(
      this.options.connectors,
      ...(isClear(job) ? [parts.destination] : [parts.source, parts.destination]),
    );
    if (configurationFault !== null) return configurationFault;
    const redactor = new Redactor(
      [parts.source, parts.destination].flatMap(({ configuration, shown }) =>
        secretsOf(configuration, shown),
      ),
    );
    attempt.log.redactWith((text) => redactor.redact(text));
    const { standstill } = this.options;
    const holdable = await standstill.join(parts.connection.id, signal);
    try {
      const plan = this.planOf(job, attempt.number, parts);
      const hooks = await this.hooksOf(job, attempt, parts, redactor, signal);
      const failure = await runAttempt(plan, { ...hooks, holdable });
      return failure === null ? null : reportable(failure, (text) => redactor.redact(text));
    } finally {
      standstill.leave(holdable);
    }
  }

  private checkRecords(
    connection: Connection,
    attempt: RunningAttempt,
    checkpoints: Checkpoints,
  ): Failure | null {
    const { destinationRows, emptyOverwrite, log } = this.options;
    const streams = emptiedStreams(connection, destinationRows, (stream) => checkpoints.recordsOf(stream));
    if (streams === null) return null;
    if (emptyOverwrite === 'refuse') return emptyOverwriteFailure(streams);
    const warning = emptyOverwriteWarning(streams);
    attempt.log.add('platform', 'warn', warning);
    log.warn(`Connection ${connection.id}: ${warning}`, { connectionId: connection.id });
    return null;
  }

  private partsOf(job: Job, connection: Connection | null): Parts | null {
    if (connection === null) return null;
    const { actors, connectors } = this.options;
    const source = actors.find('source', connection.sourceId);
    const destination = actors.find('destination', connection.destinationId);
    const reader = connectors.find(source?.definitionId ?? '');
    const writer = connectors.find(destination?.definitionId ?? '');
    if (source === null || destination === null || reader === null || writer === null) return null;
    const replaced = this.options.replacements.of(connection.id);
    return {
      connection: { ...connection, streams: plannedStreams(job, connection.streams, replaced) },
      described: plannedStreams(job, this.options.connections.describedStreams(connection), replaced),
      whole: withReplacements(connection, replaced),
      ...{ source, destination, reader, writer },
    };
  }

  private planOf(job: Job, number: number, parts: Parts): AttemptPlan {
    const { connection, described, whole, source, destination, reader, writer } = parts;
    const states = this.options.attempts.transaction(() => beginAttempt(this.options, job, whole));
    return {
      ...(isClear(job)
        ? { sourceCommand: EMPTY_SOURCE, sourceConfig: {}, states: [] }
        : { sourceCommand: reader.command, sourceConfig: source.configuration, states }),
      destinationCommand: writer.command,
      destinationConfig: destination.configuration,
      streams: described,
      rename: renamingOf(connection.settings),
      acknowledgesImmediately: writer.acknowledgesImmediately,
      jobId: job.id,
      attempt: number,
    };
  }

  private async hooksOf(
    job: Job,
    attempt: RunningAttempt,
    parts: Parts,
    redactor: Redactor,
    signal: AbortSignal,
  ): Promise<Omit<AttemptHooks, 'holdable'>> {
    const { attempts, attemptStreams, destinationRows, connectors, log } = this.options;
    const jobId = job.id;
    const rename = renamingOf(parts.connection.settings);
    const overwritten = new Set(parts.connection.streams.filter(isOverwritten).map(streamKey));
    const keepers = {
      source: await connectors.configurationKeeper(parts.source, redactor),
      destination: await connectors.configurationKeeper(parts.destination, redactor),
    };
    const configured = new Set(parts.connection.streams.map(streamKey));
    return {
      ...this.options,
      signal,
      redact: (text) => redactor.redact(text),
      warn: (message) => {
        log.warn(redactor.redact(message).slice(0, MAX_FAILURE_CHARACTERS), idsOf(job));
      },
      onProcess: (identity) => {
        attempts.addProcess(jobId, identity);
      },
      onProcessEnd: ({ pid }) => {
        attempts.removeProcess(pid);
      },
      onCheckpoints: (checkpoints) => {
        attempt.checkpoints = checkpoints;
      },
      logEvent: (source, level, message, stackTrace) => {
        attempt.log.add(source, level, message, stackTrace);
      },
      onCommit: ({ states, streamCounts }) => {
        attempts.transaction(() => {
          for (const state of states) this.options.states.save(parts.connection.id, jobId, state, configured);
          for (const counts of streamCounts) {
            attempts.addRows(jobId, counts, counts.rows, counts.bytes);
            attemptStreams.addCommitted(jobId, attempt.number, counts);
            // The rows of an overwritten stream arrive with the success of the job.
            if (!overwritten.has(streamKey(counts)))
              destinationRows.add(parts.connection.id, rename(counts), counts.rows);
          }
        });
      },
      onConfiguration: (origin, configuration) => {
        keepers[origin](configuration);
      },
      checkRecords: (checkpoints) =>
        isClear(job) ? null : this.checkRecords(parts.connection, attempt, checkpoints),
    };
  }
}

interface RunningAttempt {
  readonly number: number;
  readonly log: AttemptLog;
  /** Null before the connectors start. */
  checkpoints: Checkpoints | null;
}

interface Parts {
  /** The connection with the streams of the job. */
  readonly connection: Connection;
  readonly described: readonly DescribedStream[];
  /** The connection with all its streams, whose states may be stored together. */
  readonly whole: Connection;
  readonly source: Actor;
  readonly destination: Actor;
  readonly reader: ConnectorDefinition;
  readonly writer: ConnectorDefinition;
}

/** The reason why the streams of a connection cannot be synced, or null. */
function rejectionOf({ streams, settings }: Connection): string | null {
  if (streams.length === 0)
    return 'The connection has no stream, so nothing can be synced. Create it again with at least one stream of the source.';
  const shared = sharedName(streams, renamingOf(settings));
  return shared === null
    ? null
    : `Two streams would both be written as ${shared}: set namespaceDefinition to source.`;
}

function configError(message: string): Failure {
  return { type: 'config_error', origin: 'engine', message };
}
