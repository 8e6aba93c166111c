import { objectAt, parseObject, type JsonObject } from '../platform/json';
import { LineSplitter } from '../protocol/lines';
import { streamStatus } from '../protocol/messages';
import { parseSourceState } from '../protocol/source-state';
import { namespaceOf, streamKey } from '../protocol/stream-name';
import type { Failure } from '../store/failure';
import { Acknowledgements } from './acknowledgements';
import type { AttemptHooks } from './attempt-hooks';
import { failed, failureIn, untrusted, type AttemptState } from './attempt-state';
import { ConnectorPair } from './connector-pair';
import type { ConnectorProcess } from './connector-process';
import { ConnectorReports } from './connector-reports';
import { DestinationWriter } from './destination-writer';
import {
  AttemptError,
  cancellationFailure,
  endFailure,
  failureOf,
  inseparableStateFailure,
  silenceFailure,
  stateTooLargeFailure,
  tooLongFailure,
} from './failures';
import { Forwarder, type Piece } from './forwarder';
import { GuardError, Checkpoints } from './checkpoints';
import { MAX_MESSAGE_BYTES, MAX_STATE_BYTES } from './limits';
import { renameState } from './naming';
import { nameOf, type AttemptPlan } from './plan';
import { canResume, isOverwritten } from './resume';
import { SilenceWatch } from './silence-watch';

/**
 * Runs a source and a destination until both have ended.
 * @returns null if the destination committed every record, else the failure
 */
export function runAttempt(plan: AttemptPlan, hooks: AttemptHooks): Promise<Failure | null> {
  return ConnectorPair.with(plan, hooks, (connectors) => new Attempt(plan, hooks, connectors).start());
}

class Attempt {
  private state: AttemptState = { phase: 'created' };
  private readonly checkpoints = new Checkpoints();
  private readonly source: ConnectorProcess;
  private readonly destination: ConnectorProcess;
  private readonly writer: DestinationWriter;
  private readonly acknowledgements: Acknowledgements;
  private readonly reports: ConnectorReports;
  private readonly configured: ReadonlySet<string>;
  /**
   * An older destination does not know stream statuses. It treats the end of its input as success and replaces its old
   * rows.
   */
  private readonly treatsEndAsSuccess: boolean;
  private readonly silence: SilenceWatch;
  /** True between the first acknowledged state and the end of the source. */
  private hasCheckpoint = false;

  constructor(
    private readonly plan: AttemptPlan,
    private readonly hooks: AttemptHooks,
    private readonly connectors: ConnectorPair,
  ) {
    this.source = connectors.source;
    this.destination = connectors.destination;
    this.writer = new DestinationWriter(this.destination.stdin);
    this.configured = new Set(plan.streams.map(streamKey));
    this.treatsEndAsSuccess = !plan.acknowledgesImmediately && plan.streams.some(isOverwritten);
    this.silence = new SilenceWatch(hooks);
    hooks.onCheckpoints(this.checkpoints);
    this.acknowledgements = new Acknowledgements(this.checkpoints, {
      mayBuffer: !plan.acknowledgesImmediately,
      waitMs: hooks.stateWaitMs,
    });
    this.reports = new ConnectorReports(plan.jobId, {
      warn: hooks.warn,
      logEvent: hooks.logEvent,
      onConfiguration: hooks.onConfiguration,
      fail: (failure) => {
        this.fail(failure);
      },
    });
  }

  /** Forwards the source's output until both connectors have ended. */
  async start(): Promise<Failure | null> {
    const { hooks } = this;
    this.state = { phase: 'running' };
    this.source.stdin.end();
    void this.destination.ended.then(() => {
      this.acknowledgements.changed();
    });
    const cancel = (): void => {
      this.fail(cancellationFailure('The sync was cancelled.'));
    };
    hooks.signal.addEventListener('abort', cancel, { once: true });
    if (hooks.signal.aborted) cancel();
    this.silence.watch(() => {
      if (!this.hasFailed()) this.fail(silenceFailure(this.checkpoints.unacknowledged > 0, hooks.silenceMs));
    });
    this.followDestination();
    try {
      // Inside the try block: if recording fails, the processes are ended.
      this.connectors.recordProcesses(hooks);
      await this.pump();
      await this.finish();
    } catch (error) {
      this.failWith(error);
    } finally {
      this.silence.end();
      hooks.signal.removeEventListener('abort', cancel);
      if (!this.hasFailed() || !this.treatsEndAsSuccess) this.writer.end();
      await this.connectors.end(hooks);
    }
    const failure = failureIn(this.state);
    this.state = { phase: 'ended', failure };
    return failure;
  }

  /** Ends every wait. Only the first failure is reported. */
  private fail(failure: Failure): void {
    if (!this.hasFailed()) this.stop(failed(this.state, failure));
  }

  /** After any error but an {@link AttemptError}, the counts of rows and states are not reliable. */
  private failWith(error: unknown): void {
    const failure = failureOf(error);
    if (error instanceof AttemptError) {
      this.fail(failure);
      return;
    }
    const next = untrusted(this.state, failure);
    if (this.hasFailed()) this.state = next;
    else this.stop(next);
  }

  private stop(state: AttemptState): void {
    this.state = state;
    // Not awaited: a source may ignore SIGTERM, and a destination may have stopped reading.
    void this.source.stop(this.hooks.graceMs);
    if (this.treatsEndAsSuccess) this.terminateDestination();
    else this.writer.endAndStop();
    this.acknowledgements.changed();
  }

  /** Ends the destination after it has acknowledged its states, before it replaces rows with incomplete data. */
  private terminateDestination(): void {
    this.writer.stopWriting();
    if (this.checkpoints.unacknowledged === 0 || this.state.phase === 'untrusted')
      this.destination.signal('SIGTERM');
  }

  private async pump(): Promise<void> {
    const forwarder = new Forwarder(this.checkpoints, this.plan.rename, this.configured);
    for await (const chunk of this.source.stdout) {
      this.silence.broken();
      if (!Buffer.isBuffer(chunk) || this.hasFailed()) continue;
      try {
        for (const piece of forwarder.push(chunk)) await this.forward(piece);
        this.noteRest();
      } catch (error) {
        // The rest of the output is read and dropped, so that the source can end.
        this.failWith(error);
      }
    }
    const end = await this.source.ended;
    // The last line of a failed source may be incomplete.
    if (end.code !== 0) this.fail(endFailure('source', this.source, end));
    else for (const piece of forwarder.end()) await this.forward(piece);
    // Independent of the exit status: an incomplete stream must not replace a complete one.
    if (this.reports.incomplete !== null) this.fail(this.reports.incomplete);
  }

  private async forward(piece: Piece): Promise<void> {
    await this.leaveRest();
    if (this.hasFailed()) return;
    if ('records' in piece) {
      await this.write(piece.records);
      return;
    }
    const { message, line } = piece;
    const state = message['type'] === 'STATE' ? objectAt(message, 'state') : undefined;
    if (state !== undefined) await this.forwardState(message, state, line);
    else this.reports.take('source', message);
  }

  private async forwardState(message: JsonObject, state: JsonObject, line: string): Promise<void> {
    if (line.length > MAX_STATE_BYTES) throw new AttemptError(stateTooLargeFailure(MAX_STATE_BYTES));
    const parsed = parseSourceState(state, line);
    if (parsed === null) throw new GuardError('The source sent a state of an unknown type.');
    // A stream that is not synced has no records to acknowledge.
    if (parsed.kind === 'STREAM' && !this.configured.has(streamKey(parsed.position.stream))) return;
    if (!canResume(parsed, this.plan.streams)) throw new AttemptError(inseparableStateFailure());
    await this.awaitAllStates();
    if (this.hasFailed()) return;
    const asSent = renameState(state, this.plan.rename);
    this.checkpoints.addState(parsed, asSent);
    await this.write(`${JSON.stringify({ ...message, state: asSent })}\n`);
    if (this.hooks.standstill.isRequested) await this.awaitAllStates();
    this.noteRest();
  }

  /** Everything that was sent is covered by a stored state. Before the first checkpoint a destination may still prepare. */
  private noteRest(): void {
    const { checkpoints, hooks } = this;
    hooks.holdable.rests =
      this.hasCheckpoint && checkpoints.unacknowledged === 0 && checkpoints.rest.length === 0;
    hooks.standstill.changed();
  }

  private async leaveRest(): Promise<void> {
    const { holdable, standstill, signal } = this.hooks;
    if (holdable.rests) await standstill.passed(signal);
    holdable.rests = false;
  }

  /**
   * Waits until every state is acknowledged. A crash then repeats at most the rows of one uncommitted checkpoint.
   */
  private async awaitAllStates(): Promise<void> {
    const { destination } = this;
    const isDone = await this.acknowledgements.awaitAll(() => this.hasFailed() || destination.end !== null);
    if (!isDone && destination.end !== null)
      this.fail(endFailure('destination', destination, destination.end));
  }

  private async write(bytes: Buffer | string): Promise<void> {
    if ((await this.writer.write(bytes)) || this.hasFailed()) return;
    const end = await this.destination.ended;
    this.fail(endFailure('destination', this.destination, end));
  }

  /**
   * Declares the streams complete after the source has succeeded and all counts agree. The destination may then replace
   * its old rows.
   */
  private async finish(): Promise<void> {
    await this.awaitAllStates();
    await this.leaveRest();
    this.hasCheckpoint = false;
    if (this.hasFailed()) return;
    const refusal = this.hooks.checkRecords(this.checkpoints);
    if (refusal !== null) throw new AttemptError(refusal);
    for (const stream of this.plan.streams) {
      const renamed = this.plan.rename(nameOf(stream));
      const status = streamStatus(renamed.name, namespaceOf(renamed), 'COMPLETE', this.hooks.now());
      await this.write(`${JSON.stringify(status)}\n`);
    }
    this.writer.end();
    const end = await this.destination.ended;
    if (end.code !== 0) this.fail(endFailure('destination', this.destination, end));
    if (this.hasFailed()) return;
    const { states, streamCounts } = this.checkpoints.finish();
    // Records after the last state are committed by the successful exit of both connectors.
    this.hooks.onCommit({ states, streamCounts: [...streamCounts, ...this.checkpoints.rest] });
  }

  private followDestination(): void {
    const splitter = new LineSplitter(
      (line) => {
        this.silence.broken();
        const message = parseObject(line.toString('utf8'));
        if (message !== null) this.takeAnswer(message);
      },
      {
        maxBytes: MAX_MESSAGE_BYTES,
        onTooLong: () => {
          this.fail(tooLongFailure('destination', MAX_MESSAGE_BYTES));
        },
      },
    );
    splitter.follow(this.destination.stdout);
  }

  private takeAnswer(message: JsonObject): void {
    const state = message['type'] === 'STATE' ? objectAt(message, 'state') : undefined;
    try {
      if (state !== undefined) this.commit(state);
      else this.reports.take('destination', message);
    } catch (error) {
      this.failWith(error);
    }
  }

  private commit(state: JsonObject): void {
    if (this.state.phase === 'untrusted') return;
    this.hooks.onCommit(this.checkpoints.acknowledge(state));
    this.hasCheckpoint = true;
    this.noteRest();
    if (this.hasFailed() && this.treatsEndAsSuccess) this.terminateDestination();
    this.acknowledgements.changed();
  }

  /** A method: TypeScript would narrow a field across awaits. */
  private hasFailed(): boolean {
    return failureIn(this.state) !== null;
  }
}
