import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { watchFetch } from './contract-callers';
import { type Answer, sendJson, type SendOptions } from './send-json';
import { until } from './until';

const MAIN = join(__dirname, '..', '..', 'dist', 'gateway.js');

/** The built gateway in its own process, as with `npm start`. Its answers to `fetch` are checked against the description. */
export class GatewayProcess {
  output = '';
  private readonly exited: Promise<unknown[]>;

  private constructor(private readonly child: ChildProcess) {
    const collect = (chunk: Buffer): void => {
      this.output += chunk.toString();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    this.exited = once(child, 'exit');
  }

  static spawn(environment: Record<string, string>, main = MAIN): GatewayProcess {
    const env = { PATH: process.env['PATH'], PORT: '0', ...environment };
    return new GatewayProcess(spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  static async start(environment: Record<string, string>, main = MAIN): Promise<GatewayProcess> {
    const gateway = GatewayProcess.spawn(environment, main);
    await until('the gateway to listen', () => {
      if (gateway.child.exitCode !== null) throw new Error(`it ended instead:\n${gateway.output}`);
      return gateway.url !== '';
    });
    watchFetch(gateway.url);
    return gateway;
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** Base URL from the output of the start. */
  get url(): string {
    return /Airbyte Ingestion API: (\S+) /.exec(this.output)?.[1] ?? '';
  }

  /** The message of the start, which is one line of the log. */
  get startMessage(): { readonly docs: string; readonly try: string } {
    const line = this.output.split('\n').find((text) => text.includes('"msg":"Airbyte Ingestion API: '));
    return JSON.parse(line ?? '{}') as { docs: string; try: string };
  }

  send<T>(method: string, path: string, options?: SendOptions): Promise<Answer<T>> {
    return sendJson<T>(this.url, method, path, options);
  }

  /** Stops reading the log, so that the pipe fills up. */
  pauseOutput(): void {
    this.child.stdout?.pause();
  }

  /** Exit status; null if a signal ended the process. */
  async exit(): Promise<number | null> {
    const [code] = await this.exited;
    return typeof code === 'number' ? code : null;
  }

  async kill(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.exit();
  }
}
