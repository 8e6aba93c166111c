import { objectAt, parseObject, type JsonObject } from '../platform/json';
import { LineSplitter } from '../protocol/lines';
import { streamStatus } from '../protocol/messages';
import { parseSourceState, type SourceState } from '../protocol/source-state';
import { streamKey } from '../protocol/stream-name';
import type { Failure } from '../store/jobs';
import type { AttemptHooks } from './attempt-hooks';
import { JsonText, withFiles } from './command';
import { ConnectorPair } from './connector-pair';
import type { ConnectorProcess, ProcessEnd } from './connector-process';
import { ConnectorReports } from './connector-reports';
import { DestinationWriter } from './destination-writer';
import {
  AttemptError,
  endFailure,
  failureOf,
  inseparableStateFailure,
  stateTooLargeFailure,
  tooLongFailure,
} from './failures';
import { Forwarder, type Piece } from './forwarder';
import { GuardError, Ledger } from './ledger';
import { isSeparable } from './legacy-state';
import { MAX_MESSAGE_BYTES, MAX_STATE_BYTES } from './limits';
import { renameState } from './naming';
import { configuredCatalog, nameOf, type AttemptPlan } from './plan';
import { isFullRefresh, isOverwritten } from './resume';

/**
 * Runs a source and a destination against each other until both have ended.
 * @returns null after a success, in which every record was given back as committed, else why it failed
 */
export function runAttempt(plan: AttemptPlan, hooks: AttemptHooks): Promise<Failure | null> {
  const files = {
    source: plan.sourceConfig,
    destination: plan.destinationConfig,
    sourceCatalog: configuredCatalog(plan, (stream) => stream),
    destinationCatalog: configuredCatalog(plan, plan.rename),
    state: new JsonText(`[${plan.states.join(',')}]`),
  };
  return withFiles(hooks.workshop, files, (paths) => new Attempt(plan, hooks, paths).run());
}

class Attempt {
  private readonly connectors: ConnectorPair;
  private readonly source: ConnectorProcess;
  private readonly destination: ConnectorProcess;
  private readonly writer: DestinationWriter;
  private readonly ledger = new Ledger();
  private readonly reports: ConnectorReports;
  private readonly configured: ReadonlySet<string>;
  private failure: Failure | null = null;
  /** Set when the books do not agree: no state that still comes back may be kept. */
  private guardFailed = false;
  private wake: (() => void) | null = null;
  private destinationEnd: ProcessEnd | null = null;
  private keepsStates = false;
  private lastMessageMs: number;

  constructor(
    private readonly plan: AttemptPlan,
    private readonly hooks: AttemptHooks,
    paths: Readonly<Record<string, string>>,
  ) {
    this.configured = new Set(plan.streams.map(streamKey));
    this.lastMessageMs = hooks.elapsedMs();
    this.reports = new ConnectorReports(plan.jobId, {
      warn: hooks.warn,
      onConfiguration: hooks.onConfiguration,
      fail: (failure) => {
        this.fail(failure);
      },
    });
    this.connectors = ConnectorPair.start(plan, hooks, paths);
    this.source = this.connectors.source;
    this.destination = this.connectors.destination;
    this.writer = new DestinationWriter(this.destination.stdin);
    this.source.stdin.end();
    void this.destination.ended.then((end) => {
      this.destinationEnd = end;
      this.wakeUp();
    });
  }

  async run(): Promise<Failure | null> {
    const { hooks } = this;
    const cancel = (): void => {
      this.fail({ type: 'system_error', origin: 'engine', message: 'The sync was cancelled.' });
    };
    hooks.signal.addEventListener('abort', cancel, { once: true });
    if (hooks.signal.aborted) cancel();
    const watch = setInterval(
      () => {
        this.watchSilence();
      },
      Math.min(hooks.silenceMs / 4, 5000),
    );
    this.followDestination();
    try {
      // Inside, since what cannot be noted must not be left running.
      this.connectors.note(hooks);
      await this.pump();
      await this.finish();
    } catch (error) {
      this.failWith(error);
    } finally {
      clearInterval(watch);
      hooks.signal.removeEventListener('abort', cancel);
      if (this.failure === null || !this.takesEndForSuccess()) this.writer.end();
      await this.connectors.end(hooks);
    }
    return this.failure;
  }

  /** Notes why the attempt fails and makes every wait come to its end; the first reason counts. */
  private fail(failure: Failure): void {
    if (this.failure !== null) return;
    this.failure = failure;
    // A source may ignore the request to end, and a destination may have stopped reading: neither may hold the rest up.
    void this.source.stop(this.hooks.graceMs);
    if (this.takesEndForSuccess()) this.endDestination();
    else this.writer.abandon();
    this.wakeUp();
  }

  private failWith(error: unknown): void {
    this.guardFailed ||= !(error instanceof AttemptError);
    this.fail(failureOf(error));
  }

  /**
   * An older destination knows no stream status and takes the end of its input for the end of the data. Before it
   * overwrites a table with half of the rows it is ended, once it has given back the states that it owes.
   */
  private endDestination(): void {
    this.writer.leave();
    if (this.ledger.owed === 0 || this.guardFailed) this.destination.signal('SIGTERM');
  }

  private takesEndForSuccess(): boolean {
    return !this.plan.answersStatesAtOnce && this.plan.streams.some(isOverwritten);
  }

  private async pump(): Promise<void> {
    const forwarder = new Forwarder(this.ledger, this.plan.rename, this.configured);
    for await (const chunk of this.source.stdout) {
      this.lastMessageMs = this.hooks.elapsedMs();
      if (!Buffer.isBuffer(chunk) || this.failure !== null) continue;
      try {
        for (const piece of forwarder.push(chunk)) await this.forward(piece);
      } catch (error) {
        // The source's output is read to its end all the same, so that it can end.
        this.failWith(error);
      }
    }
    const end = await this.source.ended;
    // The last line of a source that was cut short is not a message.
    if (end.code !== 0) this.fail(endFailure('source', this.source, end));
    else for (const piece of forwarder.end()) await this.forward(piece);
    // Whatever its status says: an incomplete stream must not take the place of a whole one.
    if (this.reports.incomplete !== null) this.fail(this.reports.incomplete);
  }

  private async forward(piece: Piece): Promise<void> {
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
    if (parsed === null) throw new GuardError('The source sent a state that has none of the known forms.');
    // The position of a stream that is not synced acknowledges nothing.
    if (parsed.kind === 'STREAM' && !this.configured.has(streamKey(parsed.position.stream))) return;
    if (!this.canResume(parsed)) throw new AttemptError(inseparableStateFailure());
    await this.awaitStates();
    if (this.hasFailed()) return;
    const asSent = renameState(state, this.plan.rename);
    this.ledger.addState(parsed, asSent);
    await this.write(`${JSON.stringify({ ...message, state: asSent })}\n`);
  }

  /** Whether every later job can begin its full refreshes at the beginning and resume its incremental streams. */
  private canResume(state: SourceState): boolean {
    const { streams } = this.plan;
    const lost = streams.filter(isFullRefresh).map(nameOf);
    if (state.kind !== 'LEGACY' || lost.length === 0 || lost.length === streams.length) return true;
    const kept = streams.filter((stream) => !isFullRefresh(stream)).map(nameOf);
    return isSeparable(state.data, { kept, lost });
  }

  /**
   * Waits until the destination gave back every state. Then it stores, whenever it is cut off, at most the rows of one
   * state that is not noted yet: that is all that a crash can repeat. The protocol also allows to keep states to the
   * end: a destination that was waited for in vain is taken for one that does.
   */
  private async awaitStates(): Promise<void> {
    const patience = setTimeout(() => {
      this.keepsStates = !this.plan.answersStatesAtOnce;
      this.wakeUp();
    }, this.hooks.stateWaitMs);
    while (this.ledger.owed > 0 && !this.keepsStates && !this.hasFailed()) {
      if (this.destinationEnd === null) await new Promise<void>((resolve) => (this.wake = resolve));
      else this.fail(endFailure('destination', this.destination, this.destinationEnd));
    }
    clearTimeout(patience);
  }

  private async write(bytes: Buffer | string): Promise<void> {
    if ((await this.writer.write(bytes)) || this.hasFailed()) return;
    const end = await this.destination.ended;
    this.fail(endFailure('destination', this.destination, end));
  }

  /**
   * Only a source that ended well, and counts that agree, make streams complete: the destination may then replace its
   * old content.
   */
  private async finish(): Promise<void> {
    await this.awaitStates();
    if (this.hasFailed()) return;
    const refusal = this.hooks.judge(this.ledger);
    if (refusal !== null) throw new AttemptError(refusal);
    for (const stream of this.plan.streams) {
      const { name, namespace } = this.plan.rename(nameOf(stream));
      const status = streamStatus(name, namespace === '' ? null : namespace, 'COMPLETE', this.hooks.now());
      await this.write(`${JSON.stringify(status)}\n`);
    }
    this.writer.end();
    const end = await this.destination.ended;
    if (end.code !== 0) this.fail(endFailure('destination', this.destination, end));
    if (this.hasFailed()) return;
    const { states, tallies } = this.ledger.finish();
    // Records without a state behind them: only the exit of both connectors vouches for them.
    this.hooks.onCommit({ states, tallies: [...tallies, ...this.ledger.rest] });
  }

  private followDestination(): void {
    const splitter = new LineSplitter(
      (line) => {
        this.lastMessageMs = this.hooks.elapsedMs();
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
    this.destination.stdout.on('data', (chunk: Buffer) => {
      splitter.push(chunk);
    });
    this.destination.stdout.on('end', () => {
      splitter.end();
    });
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

  /** States that come back after another failure are as good as before; after one of the guard none is. */
  private commit(state: JsonObject): void {
    if (this.guardFailed) return;
    this.hooks.onCommit(this.ledger.settle(state));
    if (this.hasFailed() && this.takesEndForSuccess()) this.endDestination();
    this.wakeUp();
  }

  private watchSilence(): void {
    const silentMs = this.hooks.elapsedMs() - this.lastMessageMs;
    if (silentMs < this.hooks.silenceMs || this.hasFailed()) return;
    const origin = this.ledger.owed > 0 ? 'destination' : 'source';
    this.fail({
      type: 'transient_error',
      origin,
      message: `Neither connector sent a message for ${Math.round(this.hooks.silenceMs / 1000)} seconds.`,
    });
  }

  private wakeUp(): void {
    this.wake?.();
    this.wake = null;
  }

  /** A method, so that the compiler does not take the failure for settled across waits. */
  private hasFailed(): boolean {
    return this.failure !== null;
  }
}
