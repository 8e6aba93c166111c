import { actorRoutes } from './api/routes-actors';
import { basicRoutes } from './api/routes-basics';
import { connectionRoutes, deleteConnection } from './api/routes-connections';
import { jobRoutes } from './api/routes-jobs';
import type { Route } from './api/router';
import type { Tokens } from './api/token';
import type { EmbeddedLog, Now } from './platform/log';
import { Mutex } from './platform/mutex';
import { insertSamples } from './samples/insert-samples';
import { Vault } from './secrets/vault';
import { ActorStore, type Actor } from './store/actors';
import { AttemptStore } from './store/attempts';
import { ConnectionStore } from './store/connections';
import type { Database } from './store/database';
import { FiringStore } from './store/firings';
import { DestinationRowsStore } from './store/destination-rows';
import { JobStore } from './store/jobs';
import { StateStore } from './store/states';
import { WorkspaceStore } from './store/workspaces';
import type { ConnectorRuntimeDirs } from './engine/command';
import { Connectors } from './engine/connectors';
import type { EmptyOverwrite } from './engine/empty-overwrite';
import { JobRunner } from './engine/job-runner';
import { WriteConflicts } from './engine/write-target/write-conflicts';
import { readRegistry } from './engine/registry';
import { retryPolicy } from './engine/retry';
import { Scheduler } from './engine/scheduler';

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
  routes(tokens: Tokens): Route[];
  /** Resumes unfinished jobs and starts the scheduler. */
  start(): void;
  close(): Promise<void>;
}

/** Creates the engine. An empty state is filled with samples. */
export function buildEngine(options: EngineOptions): Engine {
  const { db, dataDir, dataKey, emptyOverwrite, runtimeDirs, log, now, tuning } = options;
  const definitions = readRegistry(dataDir, runtimeDirs);
  const stores = openStores(db, { dataDir, dataKey, runtimeDirs, now });
  const connectors = new Connectors(definitions, runtimeDirs, log, ({ id, kind }, change) => {
    const actor = stores.actors.find(kind, id);
    if (actor === null) return;
    const { configuration, shown } = change(actor.configuration);
    stores.actors.updateConfiguration(kind, id, configuration, shown);
    log.info(`The connector of ${kind} ${id} changed its configuration.`);
  });
  const runner = new JobRunner({
    ...stores,
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
    create: (connection) => runner.create(connection, true),
    run: (job) => {
      runner.submit(job);
    },
  });
  return {
    routes: (tokens) => routesOver({ db, stores, connectors, runner, scheduler, runtimeDirs, now }, tokens),
    start: () => {
      runner.recover();
      scheduler.start();
    },
    close: async () => {
      scheduler.stop();
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
  const stores = {
    actors: new ActorStore(db, vault),
    connections: new ConnectionStore(db),
    workspaces: new WorkspaceStore(db),
    jobs: new JobStore(db),
    attempts: new AttemptStore(db),
    states: new StateStore(db),
    firings: new FiringStore(db),
    destinationRows: new DestinationRowsStore(db),
  };
  if (stores.workspaces.list({ ids: [], limit: 1, offset: 0 }).length === 0) {
    db.transaction(() => {
      insertSamples(stores, localRoot, now);
    });
  }
  stores.actors.sealAll();
  return stores;
}

interface Stores {
  readonly actors: ActorStore;
  readonly connections: ConnectionStore;
  readonly workspaces: WorkspaceStore;
  readonly jobs: JobStore;
  readonly attempts: AttemptStore;
  readonly states: StateStore;
  readonly firings: FiringStore;
  readonly destinationRows: DestinationRowsStore;
}

interface Parts {
  readonly db: Database;
  readonly stores: Stores;
  readonly connectors: Connectors;
  readonly runner: JobRunner;
  readonly scheduler: Scheduler;
  readonly runtimeDirs: ConnectorRuntimeDirs;
  readonly now: Now;
}

function routesOver(
  { db, stores, connectors, runner, scheduler, runtimeDirs, now }: Parts,
  tokens: Tokens,
): Route[] {
  const { actors, connections, jobs, workspaces } = stores;
  const writeConflicts = new WriteConflicts({
    actors,
    connections,
    connectors,
    localRoot: runtimeDirs.localRoot,
  });
  const changed = (connectionId: string): void => {
    scheduler.refresh(connectionId);
  };
  const cancelJobOf = async (connectionId: string): Promise<void> => {
    const job = jobs.unfinishedOf(connectionId);
    if (job !== null) await runner.cancel(job);
  };
  const deleteConnectionsUsing = async (actorId: string): Promise<void> => {
    for (const connection of connections.using(actorId))
      await deleteConnection({ connections, changed, cancelJobOf }, connection);
  };
  const actorOptions = {
    actors,
    connectors,
    now,
    hasWorkspace: (id: string) => workspaces.find(id) !== null,
    deleteConnectionsUsing,
    conflictOf: async (actor: Actor) => {
      for (const connection of connections.using(actor.id)) {
        const conflict = await writeConflicts.conflictOf(connection, actor);
        if (conflict !== null) return conflict;
      }
      return null;
    },
  };
  return [
    ...basicRoutes({
      actors,
      workspaces,
      connectors,
      tokens,
      now,
      storageFailure: () => db.storageFailure(),
    }),
    ...actorRoutes('source', actorOptions),
    ...actorRoutes('destination', actorOptions),
    ...connectionRoutes({
      actors,
      connections,
      connectors,
      now,
      changed,
      cancelJobOf,
      writeTargetMutex: new Mutex(),
      conflictOf: (connection) => writeConflicts.conflictOf(connection),
    }),
    ...jobRoutes({
      connections,
      jobs,
      startSync: (connection) => runner.start(connection),
      cancel: (job) => runner.cancel(job),
    }),
  ];
}
