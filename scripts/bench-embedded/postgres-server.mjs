import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Postgres server of Debian's package over a folder of its own, on a free port. */
export class PostgresServer {
  static async start() {
    const server = new PostgresServer();
    server.folder = mkdtempSync(join(tmpdir(), 'postgres-test-'));
    server.port = await freePort();
    server.as = unprivileged(server.folder);
    const data = join(server.folder, 'data');
    server.run('initdb', ['-D', data, '-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--locale=C']);
    const args = [
      '-D',
      data,
      '-p',
      String(server.port),
      '-k',
      server.folder,
      '-c',
      'listen_addresses=127.0.0.1',
    ];
    server.child = spawn(binary('postgres'), args, { ...server.as, stdio: ['ignore', 'ignore', 'ignore'] });
    for (let tries = 0; ; tries++) {
      try {
        server.sql('SELECT 1');
        return server;
      } catch (error) {
        if (tries > 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  /** Runs statements and returns psql's bare output. */
  sql(statements, database = 'postgres') {
    const args = [
      '-h',
      '127.0.0.1',
      '-p',
      String(this.port),
      '-U',
      'tester',
      '-d',
      database,
      '-XAtq',
      '-v',
      'ON_ERROR_STOP=1',
      '-f',
      '-',
    ];
    return execFileSync(binary('psql'), args, {
      input: statements,
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      stdio: ['pipe', 'pipe', 'pipe'],
    }).trim();
  }

  run(program, args) {
    execFileSync(binary(program), args, { ...this.as, stdio: ['ignore', 'ignore', 'inherit'] });
  }

  async stop() {
    const exit = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGINT');
    await exit;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whether there is a server to start. */
export function hasPostgres() {
  return spawnSync(binary('postgres'), ['--version']).status === 0;
}

/** Postgres does not run as root: then the user of its package does. */
function unprivileged(folder) {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
  );
  chownSync(folder, uid, gid);
  return { uid, gid };
}

function binary(name) {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(root, version, 'bin', name)).find((path) => existsSync(path)) ?? name;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
