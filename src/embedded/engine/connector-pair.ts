import type { AttemptHooks } from './attempt-hooks';
import { JsonText, withFiles } from './command';
import { ConnectorProcess } from './connector-process';
import { configuredCatalog, type AttemptPlan } from './plan';

/** The two processes of an attempt. */
export class ConnectorPair {
  private constructor(
    readonly source: ConnectorProcess,
    readonly destination: ConnectorProcess,
  ) {}

  /** Starts both with their input files, which are removed after the work. */
  static async with<T>(
    plan: AttemptPlan,
    hooks: Pick<AttemptHooks, 'runtimeDirs' | 'redact' | 'logEvent'>,
    work: (connectors: ConnectorPair) => Promise<T>,
  ): Promise<T> {
    const files = {
      source: plan.sourceConfig,
      destination: plan.destinationConfig,
      sourceCatalog: configuredCatalog(plan, (stream) => stream),
      destinationCatalog: configuredCatalog(plan, plan.rename),
      state: new JsonText(`[${plan.states.join(',')}]`),
    };
    return withFiles(hooks.runtimeDirs, files, (paths) => work(ConnectorPair.start(plan, hooks, paths)));
  }

  private static start(
    plan: AttemptPlan,
    { runtimeDirs, redact, logEvent }: Pick<AttemptHooks, 'runtimeDirs' | 'redact' | 'logEvent'>,
    paths: Readonly<Record<string, string>>,
  ): ConnectorPair {
    const { source = '', destination = '', sourceCatalog = '', destinationCatalog = '', state = '' } = paths;
    const stateArgs = plan.states.length === 0 ? [] : ['--state', state];
    const write = ['write', '--config', destination, '--catalog', destinationCatalog];
    const read = ['read', '--config', source, '--catalog', sourceCatalog, ...stateArgs];
    const start = (origin: 'source' | 'destination', command: readonly string[]): ConnectorProcess =>
      ConnectorProcess.start(command, runtimeDirs.localRoot, redact, (line) => {
        logEvent(origin, 'info', line);
      });
    const writer = start('destination', [...plan.destinationCommand, ...write]);
    const reader = start('source', [...plan.sourceCommand, ...read]);
    return new ConnectorPair(reader, writer);
  }

  /** Records both processes, so that the next start can end them if this engine is killed. */
  recordProcesses({ onProcess }: Pick<AttemptHooks, 'onProcess'>): void {
    for (const { identity } of [this.source, this.destination]) onProcess(identity);
  }

  /** Waits for both to end. The destination has a grace period to store its pending rows. */
  async end({ graceMs, onProcessEnd }: Pick<AttemptHooks, 'graceMs' | 'onProcessEnd'>): Promise<void> {
    const { source, destination } = this;
    const terminate = setTimeout(() => {
      destination.signal('SIGTERM');
    }, graceMs);
    const force = setTimeout(() => {
      destination.signal('SIGKILL');
    }, 2 * graceMs);
    await Promise.all([source.ended, destination.ended]);
    clearTimeout(terminate);
    clearTimeout(force);
    for (const { identity } of [source, destination]) onProcessEnd(identity);
  }
}
