import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port';
import { until } from './until';

/** A real redis-server on a free loopback port. It stores every write on disk, so that data survives a kill. */
export class RedisServer {
  private child: ChildProcess | null = null;

  private constructor(
    private readonly port: number,
    private readonly folder: string,
  ) {}

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'redis-')));
    await server.run();
    return server;
  }

  /** For `REDIS_URL`. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async run(): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    const durable = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
    this.child = spawn('redis-server', [...options, ...durable], { stdio: 'ignore' });
    const failed = once(this.child, 'error').then(([error]) => {
      throw error as Error;
    });
    await Promise.race([failed, until('Redis to listen', () => this.listens())]);
  }

  /** Changes a setting of the running server. */
  async configure(name: string, value: string): Promise<void> {
    const answer = await this.command('CONFIG', 'SET', name, value);
    if (answer !== '+OK') throw new Error(`CONFIG SET ${name}: ${answer}`);
  }

  /** Sends a command on a connection of its own. Returns the first line of the answer, as Redis writes it. */
  command(...parts: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => {
        socket.write(`${parts.join(' ')}\r\n`);
      });
      socket.setEncoding('utf8').once('data', (text: string) => {
        socket.destroy();
        resolve(text.split('\r\n', 1)[0] ?? '');
      });
      socket.once('error', reject);
    });
  }

  /** Sends SIGKILL. */
  async kill(): Promise<void> {
    if (!this.child || this.child.exitCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
    this.child = null;
  }

  /** Connections stay open, but nothing is answered. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private listens(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      const end = (isOpen: boolean): void => {
        socket.destroy();
        resolve(isOpen);
      };
      socket.on('connect', () => {
        end(true);
      });
      socket.on('error', () => {
        end(false);
      });
    });
  }
}
