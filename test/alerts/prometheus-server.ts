import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port';
import { until } from '../support/until';

/** An answer of the HTTP API of Prometheus. */
export interface ApiAnswer<T> {
  readonly status: 'success' | 'error';
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly data: T;
}

/** A series of an instant query. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** The prometheus of this machine, with a configuration, on a free loopback port. */
export class PrometheusServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
    private readonly folder: string,
  ) {}

  /** @param configuration JSON is YAML */
  static async start(configuration: object): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
    const file = join(folder, 'prometheus.yml');
    await writeFile(file, JSON.stringify(configuration));
    const port = await freePort();
    const child = spawn(
      'prometheus',
      [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-10_000);
    });
    const failed = once(child, 'error').then(([error]) => {
      throw error as Error;
    });
    const server = new PrometheusServer(child, port, folder);
    const ready = until('Prometheus to be ready', async () => {
      if (child.exitCode !== null) throw new Error(`it ended instead:\n${output}`);
      return server.isReady();
    });
    await Promise.race([failed, ready]);
    return server;
  }

  /** @param path of the HTTP API, such as `label/__name__/values` */
  async get<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<ApiAnswer<T>> {
    const response = await fetch(`${this.base}/api/v1/${path}?${new URLSearchParams(query).toString()}`);
    return (await response.json()) as ApiAnswer<T>;
  }

  async query(expr: string): Promise<readonly Series[]> {
    const { data } = await this.get<{ result: Series[] }>('query', { query: expr });
    return data.result;
  }

  async close(): Promise<void> {
    if (this.child.exitCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await exited;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private get base(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  private async isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.base}/-/ready`)).ok;
    } catch {
      // It does not listen yet.
      return false;
    }
  }
}
