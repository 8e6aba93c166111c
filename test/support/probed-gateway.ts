import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from '../support/until';
import type { MemorySample } from './memory';

const ROOT = process.cwd();

/** The built gateway, in a process that can be asked for its memory. */
export class ProbedGateway {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  static async start(settings: Record<string, string>): Promise<ProbedGateway> {
    const probe = join(ROOT, 'test', 'support', 'memory-probe.cjs');
    const child = spawn(
      process.execPath,
      ['--expose-gc', '--require', probe, join(ROOT, 'dist', 'gateway.js')],
      {
        env: { PATH: process.env['PATH'], PORT: '0', ...settings },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    const gateway = new ProbedGateway(child);
    await until('the gateway to listen', () => {
      if (child.exitCode !== null) throw new Error(`it ended instead:\n${gateway.output}`);
      return gateway.url !== '';
    });
    return gateway;
  }

  get url(): string {
    return /Airbyte Ingestion API: (\S+)\n/.exec(this.output)?.[1] ?? '';
  }

  /** What it has logged as errors. */
  get errors(): string[] {
    return this.output
      .split('\n')
      .filter((line) => line.startsWith('{"level":50') || line.startsWith('{"level":60'));
  }

  /** What is in use after a collection. */
  async memory(): Promise<MemorySample> {
    const answer = once(this.child, 'message');
    this.child.send('memory');
    const [bytes] = (await answer) as [Omit<MemorySample, 'atMs'>];
    return { atMs: Date.now(), ...bytes };
  }

  async stop(): Promise<number | null> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const [code] = (await exited) as [number | null];
    return code;
  }
}
