import type { Routes } from './api/router';
import type { Tokens } from './api/token';
import type { EmbeddedLog, Now } from './platform/log';
import { insertSamples } from './samples/insert-samples';
import { Vault } from './secrets/vault';
import { ActorStore } from './store/actors';
import type { Database } from './store/database';
import { createStores, type Stores } from './store/stores';
import type { ConnectorRuntimeDirs } from './engine/command';
import { Connectors } from './engine/connectors';
import type { EmptyOverwrite } from './engine/empty-overwrite';
import { JobRunner } from './engine/job-runner';
import { Registry } from './engine/registry';
import { retryPolicy } from './engine/retry';
import { Scheduler } from './engine/scheduler';
import { Standstill } from './engine/standstill';
import { StreamSamples } from './engine/stream-sample/stream-samples';
import { routesOver } from './routes';

const MAX_RUNNING_JOBS = 3;

/** Timeouts, in milliseconds. */
export interface Tuning {
  /** Half of the delay before the second attempt. */
  readonly retryDelayMs: number;
  /** Grace period between SIGTERM and SIGKILL for a connector. */
  readonly graceMs: number;
  /** An attempt fails if neither connector sends a message for this time. */
  readonly silenceMs: number;
  /** Wait for an acknowledgement of a destination that is not built in. */
  readonly stateWaitMs: number;
}

export const DEFAULT_TUNING: Tuning = {
  retryDelayMs: 1000,
  graceMs: 5000,
  silenceMs: 30 * 60_000,
  stateWaitMs: 10_000,
};

/** Options of {@link buildEngine}. */
export interface EngineOptions {
  /** The open state database. The caller closes it. */
  readonly db: Database;
  readonly dataDir: string;
  /** The key that encrypts configurations, 32 bytes in base64; null for the key file. */
  readonly dataKey: string | null;
  readonly emptyOverwrite: EmptyOverwrite;
  readonly runtimeDirs: ConnectorRuntimeDirs;
  readonly log: EmbeddedLog;
  readonly now: Now;
  readonly tuning: Tuning;
}

/** The scheduler, the runner and the routes of the API. */
export interface Engine {
  routes(tokens: Tokens): Routes;
  /** Resumes unfinished jobs and starts the scheduler. */
  start(): void;
  close(): Promise<void>;
}

/** Creates the engine. An empty state is filled with samples. */
export function buildEngine(options: EngineOptions): Engine {
  const { db, dataDir, dataKey, emptyOverwrite, runtimeDirs, log, now, tuning } = options;
  const registry = new Registry(dataDir, runtimeDirs);
  const stores = openStores(db, { dataDir, dataKey, runtimeDirs, now });
  const connectors = new Connectors(registry, runtimeDirs, log, ({ id, kind }, change) => {
    const actor = stores.actors.find(kind, id);
    if (actor === null) return;
    const { configuration, shown } = change(actor.configuration);
    stores.actors.updateConfiguration(kind, id, configuration, shown);
    log.info(`The connector of ${kind} ${id} changed its configuration.`);
  });
  const samples = new StreamSamples(connectors, runtimeDirs);
  const standstill = new Standstill();
  const runner = new JobRunner({
    ...stores,
    standstill,
    connectors,
    runtimeDirs,
    emptyOverwrite,
    log,
    now,
    elapsedMs: () => performance.now(),
    retry: retryPolicy(tuning.retryDelayMs),
    maxRunning: MAX_RUNNING_JOBS,
    graceMs: tuning.graceMs,
    silenceMs: tuning.silenceMs,
    stateWaitMs: tuning.stateWaitMs,
    onEnd: (connectionId) => {
      scheduler.refresh(connectionId);
    },
  });
  const scheduler = new Scheduler({
    ...stores,
    now,
    log,
    create: ({ id }) => stores.jobs.create(id, 'sync', true, now()),
    run: (job) => {
      runner.submit(job);
    },
  });
  return {
    routes: (tokens) =>
      routesOver({ db, dataDir, stores, connectors, samples, runner, scheduler, runtimeDirs, now }, tokens),
    start: () => {
      runner.recover();
      scheduler.start();
    },
    close: async () => {
      scheduler.stop();
      await samples.close();
      await runner.close();
      await connectors.close();
    },
  };
}

/** Opens the stores. An empty state is filled with samples. */
function openStores(
  db: Database,
  { dataDir, dataKey, runtimeDirs, now }: Pick<EngineOptions, 'dataDir' | 'dataKey' | 'runtimeDirs' | 'now'>,
): Stores {
  const vault = Vault.open(dataDir, dataKey, !ActorStore.hasSealed(db));
  return fillStores(db, vault, runtimeDirs, now());
}

function fillStores(db: Database, vault: Vault, { localRoot }: ConnectorRuntimeDirs, now: Date): Stores {
  const stores = createStores(db, vault);
  if (stores.workspaces.list({ ids: [], limit: 1, offset: 0 }).length === 0) {
    db.transaction(() => {
      insertSamples(stores, localRoot, now);
    });
  }
  stores.actors.sealAll();
  return stores;
}
