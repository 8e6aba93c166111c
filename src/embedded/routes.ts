import { internalJobRoutes } from './api/internal/routes-jobs';
import { syncStatusRoutes } from './api/internal/routes-sync-status';
import { actorRoutes } from './api/routes-actors';
import { basicRoutes } from './api/routes-basics';
import { connectionRoutes, deleteConnection } from './api/routes-connections';
import { jobRoutes } from './api/routes-jobs';
import type { Route, Routes } from './api/router';
import type { Tokens } from './api/token';
import type { ConnectorRuntimeDirs } from './engine/command';
import type { Connectors } from './engine/connectors';
import type { JobRunner } from './engine/job-runner';
import type { Scheduler } from './engine/scheduler';
import { WriteConflicts } from './engine/write-target/write-conflicts';
import type { Now } from './platform/log';
import { Mutex } from './platform/mutex';
import type { Actor } from './store/actors';
import type { Database } from './store/database';
import type { Stores } from './store/stores';

/** The parts of the engine that the routes use. */
export interface RouteParts {
  readonly db: Database;
  readonly stores: Stores;
  readonly connectors: Connectors;
  readonly runner: JobRunner;
  readonly scheduler: Scheduler;
  readonly runtimeDirs: ConnectorRuntimeDirs;
  readonly now: Now;
}

/** The operations of both APIs of Airbyte. */
export function routesOver(parts: RouteParts, tokens: Tokens): Routes {
  return { public: publicRoutes(parts, tokens), internal: internalRoutes(parts) };
}

function internalRoutes({ stores, connectors, runner }: RouteParts): Route[] {
  const records = {
    ...stores,
    connectors,
    emittedOf: (jobId: number) => runner.emittedOf(jobId),
    logOf: (jobId: number, attempt: number) => runner.logOf(jobId, attempt),
  };
  return [...internalJobRoutes(records), ...syncStatusRoutes(records)];
}

function publicRoutes(
  { db, stores, connectors, runner, scheduler, runtimeDirs, now }: RouteParts,
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
