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

/** A Postgres server from the distribution's package, with its own data folder, on a free loopback port. */
export class PostgresServer {
  private child: ChildProcess | null = null;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly owner: Owner,
  ) {}

  /** Starts a server that trusts the superuser `tester`. Settings are those of postgresql.conf. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'postgres-test-'));
    const server = new PostgresServer(await freePort(), folder, ownerOf(folder));
    const data = join(folder, 'data');
    const initdb = ['-D', data, '-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    execFileSync(program('initdb'), initdb, { ...server.owner, stdio: ['ignore', 'ignore', 'inherit'] });
    await server.run({ listen_addresses: '127.0.0.1', fsync: 'off', ...settings });
    return server;
  }

  /** The connection settings of a connector for a database of this server. */
  config(database: string, username = 'tester'): JsonObject {
    return { host: '127.0.0.1', port: this.port, database, username, password: 'not-asked-for' };
  }

  /** Runs statements as the superuser. Returns psql's output: values separated by `|`, one line per row. */
  sql(statements: string, database = 'postgres', username = 'tester'): string {
    const connection = ['-h', '127.0.0.1', '-p', String(this.port), '-U', username, '-d', database];
    return execFileSync(program('psql'), [...connection, '-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', '-'], {
      input: statements,
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      stdio: ['pipe', 'pipe', 'pipe'],
    }).trim();
  }

  /** Runs statements asynchronously, for statements that wait for another session. */
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

  /** Creates an empty database. */
  createDatabase(name: string, more = ''): void {
    this.sql(`CREATE DATABASE "${name}" ${more}`);
  }

  /** Writes a file with mode 0600 beside the data. Returns its path. */
  addFile(name: string, content: string): string {
    const path = join(this.folder, 'data', name);
    writeFileSync(path, content, { mode: 0o600 });
    if (this.owner.uid !== undefined) chownSync(path, this.owner.uid, this.owner.gid ?? 0);
    return path;
  }

  /** Inserts a line at the start of pg_hba.conf. */
  addAccessRule(line: string): void {
    const path = join(this.folder, 'data', 'pg_hba.conf');
    writeFileSync(path, `${line}\n${readFileSync(path, 'utf8')}`);
    this.sql('SELECT pg_reload_conf()');
  }

  /** The CPU time of all connections that have ended. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.child?.pid ?? 0}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // User and system time of the ended children, in ticks of 10 ms.
    return (Number(fields[13]) + Number(fields[14])) / 100;
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

  /** The last line of postmaster.pid is `ready` when the server accepts connections. */
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

/** Postgres refuses to run as root, so the user of its package runs it. */
function ownerOf(folder: string): Owner {
  if (process.getuid?.() !== 0) return {};
  const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
  );
  chownSync(folder, uid, gid);
  return { uid, gid };
}

/** The program of the newest installed version, or from the PATH. */
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
