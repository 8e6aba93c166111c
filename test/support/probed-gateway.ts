import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until';

const ROOT = process.cwd();
const PROBE = join(ROOT, 'test', 'support', 'process-probe.cjs');
const MAIN = join(ROOT, 'dist', 'gateway.js');
/** Only ends a test that hangs. A busy machine needs many times as long as a quiet one. */
const HANGS_AFTER_MS = 110_000;

/** Resource usage of a process. Peaks count since their last reset. */
export interface Usage {
  /** After a collection. */
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
  /** The longest turn of the event loop. */
  readonly blockWallMs: number;
  /** The most CPU time of the main thread in one turn of the event loop. */
  readonly blockCpuMs: number;
}

/** The built gateway in a process that reports its resource usage. */
export class ProbedGateway {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  static async start(settings: Record<string, string>): Promise<ProbedGateway> {
    const child = spawn(process.execPath, ['--expose-gc', '--require', PROBE, MAIN], {
      env: { PATH: process.env['PATH'], PORT: '0', ...settings },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const gateway = new ProbedGateway(child);
    const listens = (): boolean => {
      if (gateway.hasEnded) throw new Error(`it ended instead:\n${gateway.output}`);
      return gateway.url !== '';
    };
    await until('the gateway to listen', listens, HANGS_AFTER_MS);
    return gateway;
  }

  get url(): string {
    return /Airbyte Ingestion API: (\S+) /.exec(this.output)?.[1] ?? '';
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** CPU time of its main thread since its start, in milliseconds. Linux alone tells it. */
  cpuMs(): number {
    const [nanoseconds] = readFileSync(`/proc/${this.child.pid ?? 0}/schedstat`, 'latin1').split(' ');
    return Number(nanoseconds) / 1e6;
  }

  /**
   * Resolves when the process is idle, after all earlier requests.
   * @param slowness of the machine; a process without requests needs some CPU time too
   */
  async idle(slowness = 1): Promise<void> {
    let quiet = 0;
    let lastMs = this.cpuMs();
    const isIdle = async (): Promise<boolean> => {
      // Its answer shows that it had a core.
      await this.peaks();
      const nowMs = this.cpuMs();
      quiet = nowMs - lastMs < slowness * 4 ? quiet + 1 : 0;
      lastMs = nowMs;
      return quiet === 5;
    };
    await until('the gateway to be idle', isIdle, HANGS_AFTER_MS);
  }

  /** The logged errors. */
  get errors(): string[] {
    return this.output
      .split('\n')
      .filter((line) => line.startsWith('{"level":50') || line.startsWith('{"level":60'));
  }

  /** Resource usage after a garbage collection. */
  usage(): Promise<Usage> {
    return this.ask('usage');
  }

  /** Resource usage without a garbage collection. */
  peaks(): Promise<Usage> {
    return this.ask('peaks');
  }

  /** Resets the peaks. */
  async reset(): Promise<void> {
    await this.ask('reset');
  }

  async stop(): Promise<number | null> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const [code] = (await exited) as [number | null];
    return code;
  }

  private async ask(word: 'usage' | 'peaks' | 'reset'): Promise<Usage> {
    const answer = once(this.child, 'message');
    this.child.send(word);
    const [usage] = (await answer) as [Usage];
    return usage;
  }
}
