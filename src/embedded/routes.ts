import type { ConnectionChangeOptions } from './api/connection-change';
import { backupRoutes } from './api/internal/routes-backups';
import { internalConnectionRoutes } from './api/internal/routes-connections';
import { cronRoutes } from './api/internal/routes-cron';
import { connectorRoutes } from './api/internal/routes-connectors';
import { internalJobRoutes } from './api/internal/routes-jobs';
import { refreshRoutes } from './api/internal/routes-refresh';
import { sampleRoutes } from './api/internal/routes-samples';
import { syncStatusRoutes } from './api/internal/routes-sync-status';
import { timelineRoutes } from './api/internal/routes-timeline';
import { actorRoutes } from './api/routes-actors';
import { definitionRoutes } from './api/routes-definitions';
import { basicRoutes } from './api/routes-basics';
import { connectionRoutes, deleteConnection } from './api/routes-connections';
import { jobRoutes } from './api/routes-jobs';
import { tagRoutes } from './api/routes-tags';
import type { Route, Routes } from './api/router';
import type { Tokens } from './api/token';
import { copyDataDir } from './engine/copy-data-dir';
import type { ConnectorRuntimeDirs } from './engine/command';
import type { Connectors } from './engine/connectors';
import type { JobRunner } from './engine/job-runner';
import type { JobOrder } from './engine/job-streams';
import type { Scheduler } from './engine/scheduler';
import type { StreamSamples } from './engine/stream-sample/stream-samples';
import { WriteConflicts } from './engine/write-target/write-conflicts';
import type { Now } from './platform/log';
import { Mutex } from './platform/mutex';
import type { Actor } from './store/actors';
import type { Connection } from './store/connections';
import type { Database } from './store/database';
import type { Stores } from './store/stores';

/** The parts of the engine that the routes use. */
export interface RouteParts {
  readonly db: Database;
  readonly dataDir: string;
  readonly stores: Stores;
  readonly connectors: Connectors;
  readonly samples: StreamSamples;
  readonly runner: JobRunner;
  readonly scheduler: Scheduler;
  readonly runtimeDirs: ConnectorRuntimeDirs;
  readonly now: Now;
}

/** The operations of both APIs of Airbyte. */
export function routesOver(parts: RouteParts, tokens: Tokens): Routes {
  const { stores, connectors, runner, scheduler, runtimeDirs, now } = parts;
  const conflicts = new WriteConflicts({ ...stores, connectors, localRoot: runtimeDirs.localRoot });
  const changes: ConnectionChangeOptions = {
    ...stores,
    now,
    changed: (connectionId) => {
      scheduler.refresh(connectionId);
    },
    cancelJobOf: async (connectionId) => {
      const job = stores.jobs.unfinishedOf(connectionId);
      if (job !== null) await runner.cancel(job);
    },
    writeTargetMutex: new Mutex(),
    conflictOf: (connection) => conflicts.conflictOf(connection),
  };
  return {
    public: publicRoutes(parts, changes, conflicts, tokens),
    internal: internalRoutes(parts, changes),
  };
}

function internalRoutes(
  { db, dataDir, stores, connectors, samples, runner, now }: RouteParts,
  changes: ConnectionChangeOptions,
): Route[] {
  const records = {
    ...stores,
    connectors,
    cancelJobOf: changes.cancelJobOf,
    start: (connection: Connection, order?: JobOrder) => runner.start(connection, order),
    emittedOf: (jobId: number) => runner.emittedOf(jobId),
    logOf: (jobId: number, attempt: number) => runner.logOf(jobId, attempt),
  };
  return [
    ...internalJobRoutes(records),
    ...syncStatusRoutes(records),
    ...internalConnectionRoutes(changes),
    ...refreshRoutes(records),
    ...timelineRoutes(stores),
    ...cronRoutes(now),
    ...backupRoutes({
      backUp: (target, waitMs) => runner.atStandstill(waitMs, () => copyDataDir(db, dataDir, target)),
    }),
    ...connectorRoutes('source', records),
    ...connectorRoutes('destination', records),
    ...sampleRoutes(stores.actors, samples),
  ];
}

function publicRoutes(
  { db, stores, connectors, runner, now }: RouteParts,
  changes: ConnectionChangeOptions,
  conflicts: WriteConflicts,
  tokens: Tokens,
): Route[] {
  const { actors, connections, workspaces } = stores;
  const actorOptions = {
    actors,
    connectors,
    now,
    hasWorkspace: (id: string) => workspaces.find(id) !== null,
    deleteConnectionsUsing: async (actorId: string) => {
      for (const connection of connections.using(actorId)) await deleteConnection(changes, connection);
    },
    conflictOf: async (actor: Actor) => {
      for (const connection of connections.using(actor.id)) {
        const conflict = await conflicts.conflictOf(connection, actor);
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
    ...definitionRoutes('source', connectors, actorOptions.hasWorkspace),
    ...definitionRoutes('destination', connectors, actorOptions.hasWorkspace),
    ...actorRoutes('source', actorOptions),
    ...actorRoutes('destination', actorOptions),
    ...tagRoutes({ tags: stores.tags, hasWorkspace: actorOptions.hasWorkspace }),
    ...connectionRoutes({ ...changes, actors, connectors }),
    ...jobRoutes({
      ...stores,
      connectors,
      cancelJobOf: changes.cancelJobOf,
      start: (connection: Connection, order?: JobOrder) => runner.start(connection, order),
      cancel: (job) => runner.cancel(job),
    }),
  ];
}
