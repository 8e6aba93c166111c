import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Server } from 'node:http';
import { readAccess, writeAccess } from './data-dir/access';
import { DataDirInUseError, lockDataDir, lockHolder, refuseLocked } from './data-dir/lock';
import { restrictPermissions } from './data-dir/permissions';
import { buildEngine, DEFAULT_TUNING, type Engine, type Tuning } from './build';
import type { EmptyOverwrite } from './engine/empty-overwrite';
import { BASE_PATH, createApiServer, listenOnLoopback } from './api/server';
import { Tokens } from './api/token';
import { ensureFolder } from './platform/ensure-folder';
import type { EmbeddedLog, Now } from './platform/log';
import { asDataDirError, isLocked } from './platform/storage-fault';
import { Database } from './store/database';

export { EmbeddedStartError } from './platform/start-error';

/** Options of {@link startEmbeddedAirbyte}. */
export interface EmbeddedAirbyteOptions {
  /** The folder of the state and the `/local` files, created if missing. Only one process at a time may use it. */
  readonly dataDir: string;
  /** The key that encrypts configurations, 32 bytes in base64. Default: `secret.key` in the data directory. */
  readonly dataKey?: string | null;
  /** Reaction to an overwrite that would leave a table with rows empty. Default: `warn`. */
  readonly emptyOverwrite?: EmptyOverwrite;
  readonly log: EmbeddedLog;
  /** The clock of schedules and timestamps. */
  readonly now?: Now;
  /** Overrides of timeouts and limits. */
  readonly tuning?: Partial<Tuning>;
}

/** A running embedded Airbyte. */
export interface EmbeddedAirbyte {
  /** Base URL of its public API, e.g. `http://127.0.0.1:41234/api/public/v1`. A restart keeps the port if it is free. */
  readonly apiUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Stops connectors, timers and the server, and releases the data directory. */
  close(): Promise<void>;
}

/**
 * Starts an Airbyte for one machine: a subset of Airbyte's public API on a loopback port, with connectors.
 * @throws DataDirInUseError if another process uses the data directory
 * @throws DataDirError if the folder or a file in it cannot be used
 * @throws NewerStateError if a newer version wrote the state
 * @throws VaultError if the configurations are encrypted with another key
 */
export async function startEmbeddedAirbyte(options: EmbeddedAirbyteOptions): Promise<EmbeddedAirbyte> {
  const now = options.now ?? ((): Date => new Date());
  const dataDir = resolve(options.dataDir);
  try {
    return await startIn(dataDir, options, now);
  } catch (error) {
    throw asDataDirError(error, dataDir);
  }
}

/**
 * Opens the database first: its lock also works between containers, where the process id in the lock file means nothing.
 * Nothing in the folder is changed before.
 */
async function startIn(dataDir: string, options: EmbeddedAirbyteOptions, now: Now): Promise<EmbeddedAirbyte> {
  ensureFolder(dataDir, 0o700);
  refuseLocked(dataDir);
  const db = openState(dataDir);
  let engine: Engine | null = null;
  let release: (() => void) | null = null;
  try {
    release = lockDataDir(dataDir, now());
    for (const file of restrictPermissions(dataDir))
      options.log.warn(`${join(dataDir, file)} could be read by other users. Its mode is now 0600.`);
    engine = openEngine({ ...options, dataDir }, db, now);
    return await serve(engine, { dataDir, log: options.log, now, release, db });
  } catch (error) {
    await engine?.close();
    db.close();
    release?.();
    throw error;
  }
}

function openState(dataDir: string): Database {
  try {
    return Database.open(dataDir);
  } catch (error) {
    if (isLocked(error)) throw new DataDirInUseError(dataDir, lockHolder(dataDir));
    throw error;
  }
}

function openEngine(
  { dataDir, dataKey, emptyOverwrite = 'warn', log, tuning }: EmbeddedAirbyteOptions,
  db: Database,
  now: Now,
): Engine {
  const runtimeDirs = { scratchRoot: join(dataDir, 'scratch'), localRoot: join(dataDir, 'local') };
  // A killed engine leaves files with configurations there.
  rmSync(runtimeDirs.scratchRoot, { recursive: true, force: true });
  mkdirSync(runtimeDirs.localRoot, { recursive: true });
  const all = { ...DEFAULT_TUNING, ...tuning };
  return buildEngine({
    db,
    dataDir,
    dataKey: dataKey ?? null,
    emptyOverwrite,
    runtimeDirs,
    log,
    now,
    tuning: all,
  });
}

interface Context {
  readonly dataDir: string;
  readonly log: EmbeddedLog;
  readonly now: Now;
  readonly release: () => void;
  readonly db: Database;
}

async function serve(engine: Engine, { dataDir, log, now, release, db }: Context): Promise<EmbeddedAirbyte> {
  const access = readAccess(dataDir);
  const tokens = new Tokens(access.clientId, access.clientSecret);
  const server = createApiServer({ routes: engine.routes(tokens), tokens, log, now });
  const port = await listenOnLoopback(server, access.port);
  const apiUrl = `http://127.0.0.1:${port}${BASE_PATH}`;
  writeAccess(dataDir, { ...access, port, apiUrl });
  engine.start();
  logStart(log, apiUrl, dataDir);
  return {
    apiUrl,
    clientId: access.clientId,
    clientSecret: access.clientSecret,
    close: async () => {
      await closeServer(server);
      try {
        await engine.close();
        db.close();
      } finally {
        release();
      }
    },
  };
}

function logStart(log: EmbeddedLog, apiUrl: string, dataDir: string): void {
  log.info(
    `Embedded Airbyte: a single-machine subset of Airbyte serves ${apiUrl}; its credentials are in ${join(dataDir, 'api.json')}, ` +
      `its /local files in ${join(dataDir, 'local')}. To use a real Airbyte, set AIRBYTE_API_URL.`,
  );
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((done) =>
    server.close(() => {
      done();
    }),
  );
  server.closeIdleConnections();
  // Keep-alive connections must not keep the process running.
  setTimeout(() => {
    server.closeAllConnections();
  }, 2000).unref();
  await closed;
}
