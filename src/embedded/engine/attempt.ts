import { objectAt, parseObject, stringAt, type JsonObject } from '../json';
import type { ProcessIdentity } from '../data-dir/process-identity';
import type { Now } from '../log';
import { messageOf } from '../system-error';
import { LineSplitter } from '../protocol/lines';
import { fromBytes } from '../protocol/message-writer';
import { streamStatus } from '../protocol/messages';
import { rawMember } from '../protocol/raw-record';
import type { Failure } from '../store/jobs';
import { JsonText, withFiles, type Workshop } from './command';
import { ConnectorProcess, type ProcessEnd } from './connector-process';
import { DestinationWriter } from './destination-writer';
import { Forwarder, type Piece } from './forwarder';
import { endFailure, incompleteFailure, traceFailure } from './failures';
import { GuardError, Ledger, type CommittedState } from './ledger';
import { renameState } from './naming';
import { configuredCatalog, nameOf, type AttemptPlan } from './plan';

/** What an attempt tells while it runs, and the limits that it keeps. */
export interface AttemptHooks {
  readonly workshop: Workshop;
  /** Tells what a connector logs as an error. */
  readonly warn: (message: string) => void;
  readonly now: Now;
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
  /** Must have kept the state for good when it returns. */
  readonly onCommit: (committed: CommittedState) => void;
  /** Records that no state followed, after a success: only the exit of both connectors vouches for them. */
  readonly onRest: (rest: CommittedState['tallies']) => void;
}

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
  private readonly source: ConnectorProcess;
  private readonly destination: ConnectorProcess;
  private readonly writer: DestinationWriter;
  private readonly ledger = new Ledger();
  private failure: Failure | null = null;
  private incomplete: Failure | null = null;
  private distrusted = false;
  private settled: (() => void) | null = null;
  private destinationEnd: ProcessEnd | null = null;
  private keepsStates = false;
  private lastMessageAt = Date.now();

  constructor(
    private readonly plan: AttemptPlan,
    private readonly hooks: AttemptHooks,
    paths: Readonly<Record<string, string>>,
  ) {
    const { source = '', destination = '', sourceCatalog = '', destinationCatalog = '', state = '' } = paths;
    const { localRoot } = hooks.workshop;
    const stateArgs = plan.states.length === 0 ? [] : ['--state', state];
    this.destination = ConnectorProcess.start(
      [...plan.destinationCommand, 'write', '--config', destination, '--catalog', destinationCatalog],
      localRoot,
    );
    this.source = ConnectorProcess.start(
      [...plan.sourceCommand, 'read', '--config', source, '--catalog', sourceCatalog, ...stateArgs],
      localRoot,
    );
    this.writer = new DestinationWriter(this.destination.stdin);
    this.source.stdin.end();
    void this.destination.ended.then((end) => {
      this.destinationEnd = end;
      this.wakeUp();
    });
  }

  async run(): Promise<Failure | null> {
    const { source, destination, hooks } = this;
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
      for (const { identity } of [source, destination]) hooks.onProcess(identity);
      await this.pump();
      await this.endWell();
    } catch (error) {
      this.fail({ type: 'system_error', origin: 'engine', message: messageOf(error) });
    } finally {
      clearInterval(watch);
      hooks.signal.removeEventListener('abort', cancel);
      await this.endBoth();
    }
    return this.failure;
  }

  /** Notes why the attempt fails and makes every wait come to its end; the first reason counts. */
  private fail(failure: Failure): void {
    if (this.failure !== null) return;
    this.failure = failure;
    // A source may ignore the request to end, and a destination may have stopped reading: neither may hold the rest up.
    void this.source.stop(this.hooks.graceMs);
    this.writer.abandon();
    this.wakeUp();
  }

  private async pump(): Promise<void> {
    const forwarder = new Forwarder(this.ledger, this.plan.rename);
    for await (const chunk of this.source.stdout) {
      this.lastMessageAt = Date.now();
      if (!Buffer.isBuffer(chunk) || this.failure !== null) continue;
      for (const piece of forwarder.push(chunk)) await this.forward(piece);
    }
    const end = await this.source.ended;
    // What a source that was cut short said last is no message.
    if (end.code !== 0) this.fail(endFailure('source', this.source, end));
    else for (const piece of forwarder.end()) await this.forward(piece);
    // Whatever its status says: an incomplete stream must not take the place of a whole one.
    if (this.incomplete !== null) this.fail(this.incomplete);
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
    else this.takeTrace('source', message);
  }

  private async forwardState(message: JsonObject, state: JsonObject, line: string): Promise<void> {
    await this.allSettled();
    if (this.hasFailed()) return;
    const asSent = renameState(state, this.plan.rename);
    this.guarded(() => {
      this.ledger.addState(state, asSent, fromBytes(rawMember(line, 'state') ?? ''));
    });
    await this.write(`${JSON.stringify({ ...message, state: asSent })}\n`);
  }

  /**
   * Waits until the destination gave back every state. Then it stores, whenever it is cut off, at most what one state
   * vouches for and nobody has noted: that is all that a crash can repeat. The protocol also allows to keep states to
   * the end: a destination that was waited for in vain is taken for one that does.
   */
  private async allSettled(): Promise<void> {
    const patience = setTimeout(() => {
      this.keepsStates = !this.plan.answersStatesAtOnce;
      this.wakeUp();
    }, this.hooks.stateWaitMs);
    while (this.ledger.owed > 0 && !this.keepsStates && !this.hasFailed()) {
      if (this.destinationEnd === null) await new Promise<void>((resolve) => (this.settled = resolve));
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
   * Only a source that ended well, and counts that agree, make streams complete: the destination may then replace what
   * was there.
   */
  private async endWell(): Promise<void> {
    await this.allSettled();
    if (this.hasFailed()) return;
    for (const stream of this.plan.streams) {
      const { name, namespace } = this.plan.rename(nameOf(stream));
      await this.write(
        `${JSON.stringify(streamStatus(name, namespace === '' ? null : namespace, 'COMPLETE', this.hooks.now()))}\n`,
      );
    }
    this.writer.end();
    const end = await this.destination.ended;
    if (end.code !== 0) this.fail(endFailure('destination', this.destination, end));
    this.guarded(() => {
      if (this.ledger.owed > 0)
        throw new GuardError(`The destination ended without giving back ${this.ledger.owed} states.`);
    });
    if (!this.hasFailed()) this.hooks.onRest(this.ledger.rest);
  }

  private followDestination(): void {
    const splitter = new LineSplitter((line) => {
      this.lastMessageAt = Date.now();
      const message = parseObject(line.toString('utf8'));
      if (message === null) return;
      const state = message['type'] === 'STATE' ? objectAt(message, 'state') : undefined;
      if (state !== undefined) this.commit(state);
      else this.takeTrace('destination', message);
    });
    this.destination.stdout.on('data', (chunk: Buffer) => {
      splitter.push(chunk);
    });
    this.destination.stdout.on('end', () => {
      splitter.end();
    });
  }

  /** States that come back after another failure are as good as before; after one of the guard nothing is. */
  private commit(state: JsonObject): void {
    if (this.distrusted) return;
    this.guarded(() => {
      this.hooks.onCommit(this.ledger.settle(state));
    });
    this.wakeUp();
  }

  private takeTrace(origin: 'source' | 'destination', message: JsonObject): void {
    const log = message['type'] === 'LOG' ? objectAt(message, 'log') : undefined;
    if (log !== undefined && (log['level'] === 'ERROR' || log['level'] === 'FATAL')) {
      this.hooks.warn(`Job ${this.plan.jobId}, ${origin}: ${stringAt(log, 'message') ?? ''}`);
    }
    if (origin === 'source') this.incomplete ??= incompleteFailure(origin, message);
    const failure = traceFailure(origin, message);
    if (failure !== null) this.fail(failure);
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.distrusted = true;
      this.fail({ type: 'system_error', origin: 'engine', message: messageOf(error) });
    }
  }

  private watchSilence(): void {
    if (Date.now() - this.lastMessageAt < this.hooks.silenceMs || this.hasFailed()) return;
    const origin = this.ledger.owed > 0 ? 'destination' : 'source';
    this.fail({
      type: 'transient_error',
      origin,
      message: `Neither connector sent a message for ${Math.round(this.hooks.silenceMs / 1000)} seconds.`,
    });
  }

  /** A failed attempt still lets the destination keep what it had in hand, for a grace. */
  private async endBoth(): Promise<void> {
    const { source, destination, hooks } = this;
    this.writer.end();
    const patience = setTimeout(() => {
      destination.signal('SIGTERM');
    }, hooks.graceMs);
    const force = setTimeout(() => {
      destination.signal('SIGKILL');
    }, 2 * hooks.graceMs);
    await Promise.all([source.ended, destination.ended]);
    clearTimeout(patience);
    clearTimeout(force);
    for (const { identity } of [source, destination]) hooks.onProcessEnd(identity);
  }

  private wakeUp(): void {
    this.settled?.();
    this.settled = null;
  }

  /** A method, so that the compiler does not take the failure for settled across waits. */
  private hasFailed(): boolean {
    return this.failure !== null;
  }
}
