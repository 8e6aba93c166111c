import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/embedded/platform/json';
import { until } from '../support/until';

const DEBIAN_ROOT = '/usr/lib/postgresql';

/** A Postgres server of the distribution's package, over a folder of its own, on a free loopback port. */
export class PostgresServer {
  private child: ChildProcess | null = null;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly owner: Owner,
  ) {}

  /** Starts a server with the superuser `tester`, whom it trusts. Settings are those of postgresql.conf. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'postgres-test-'));
    const server = new PostgresServer(await freePort(), folder, ownerOf(folder));
    const data = join(folder, 'data');
    const initdb = ['-D', data, '-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    execFileSync(program('initdb'), initdb, { ...server.owner, stdio: ['ignore', 'ignore', 'inherit'] });
    await server.run({ listen_addresses: '127.0.0.1', fsync: 'off', ...settings });
    return server;
  }

  /** The members of a connector's configuration that reach a database of this server. */
  config(database: string, username = 'tester'): JsonObject {
    return { host: '127.0.0.1', port: this.port, database, username, password: 'not-asked-for' };
  }

  /** Runs statements as the superuser and returns psql's bare output: values with `|` between, a line per row. */
  sql(statements: string, database = 'postgres', username = 'tester'): string {
    const connection = ['-h', '127.0.0.1', '-p', String(this.port), '-U', username, '-d', database];
    return execFileSync(program('psql'), [...connection, '-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', '-'], {
      input: statements,
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      stdio: ['pipe', 'pipe', 'pipe'],
    }).trim();
  }

  /** Runs statements beside the test, for those that wait for another session. */
  async sqlBeside(statements: string, database = 'postgres'): Promise<void> {
    const connection = ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'tester', '-d', database];
    const child = spawn(
      program('psql'),
      [...connection, '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', statements],
      {
        stdio: 'ignore',
      },
    );
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`psql ended with ${String(code)}`);
  }

  /** A new, empty database. */
  createDatabase(name: string, more = ''): void {
    this.sql(`CREATE DATABASE "${name}" ${more}`);
  }

  /** Puts a file, which its owner alone may read, beside the data, and returns its path. */
  addFile(name: string, content: string): string {
    const path = join(this.folder, 'data', name);
    writeFileSync(path, content, { mode: 0o600 });
    if (this.owner.uid !== undefined) chownSync(path, this.owner.uid, this.owner.gid ?? 0);
    return path;
  }

  /** Puts a line before the others of pg_hba.conf. */
  addAccessRule(line: string): void {
    const path = join(this.folder, 'data', 'pg_hba.conf');
    writeFileSync(path, `${line}\n${readFileSync(path, 'utf8')}`);
    this.sql('SELECT pg_reload_conf()');
  }

  async stop(): Promise<void> {
    if (this.child?.exitCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGINT');
      await exited;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async run(settings: Readonly<Record<string, string>>): Promise<void> {
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const args = ['-D', join(this.folder, 'data'), '-p', String(this.port), '-k', this.folder, ...options];
    this.child = spawn(program('postgres'), args, { ...this.owner, stdio: 'ignore' });
    const failed = once(this.child, 'exit').then(([code]) => {
      throw new Error(`the server did not start and ended with ${String(code)}`);
    });
    await Promise.race([failed, until('Postgres to listen', () => this.isReady(), 60_000)]);
  }

  /** The server writes `ready` into the last line of its process file once it takes connections. */
  private isReady(): boolean {
    const file = join(this.folder, 'data', 'postmaster.pid');
    return existsSync(file) && readFileSync(file, 'utf8').split('\n')[7]?.trim() === 'ready';
  }
}

/** Whether a server is installed. */
export function hasPostgres(): boolean {
  return spawnSync(program('postgres'), ['--version']).status === 0;
}

interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** Postgres refuses to run as root. In that case its package's user runs it. */
function ownerOf(folder: string): Owner {
  if (process.getuid?.() !== 0) return {};
  const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
  );
  chownSync(folder, uid, gid);
  return { uid, gid };
}

/** The program of the newest installed version, or of the PATH. */
function program(name: string): string {
  const versions = existsSync(DEBIAN_ROOT) ? readdirSync(DEBIAN_ROOT) : [];
  return (
    versions
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(DEBIAN_ROOT, version, 'bin', name))
      .find((path) => existsSync(path)) ?? name
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
