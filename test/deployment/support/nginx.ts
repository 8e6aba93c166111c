import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/until';

/** Debian installs it outside of the path of ordinary users. */
const PROGRAM = existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx';

/** A real nginx in one process, with the given part of `http`. */
export class Nginx {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly url: string,
  ) {}

  static async start(http: string, port: number): Promise<Nginx> {
    const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    writeFileSync(
      join(folder, 'nginx.conf'),
      [
        `daemon off; master_process off; pid ${folder}/pid; events {}`,
        `http { access_log off; ${temporary.join(' ')}`,
        `${http} }`,
      ].join('\n'),
    );
    const args = ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')];
    const nginx = new Nginx(spawn(PROGRAM, args, { stdio: 'ignore' }), folder, `http://127.0.0.1:${port}`);
    const failed = once(nginx.child, 'error').then(([error]) => {
      throw error as Error;
    });
    await Promise.race([failed, until('nginx to listen', () => nginx.listens())]);
    return nginx;
  }

  /** What nginx has written about failures. */
  get log(): string {
    return readFileSync(join(this.folder, 'error.log'), 'utf8');
  }

  async close(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async listens(): Promise<boolean> {
    if (this.child.exitCode !== null) throw new Error(`nginx ended instead:\n${this.log}`);
    return fetch(this.url).then(
      async (response) => {
        await response.text();
        return true;
      },
      () => false,
    );
  }
}
