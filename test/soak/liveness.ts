import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Liveness of a gateway during a period. */
export interface LivenessReport {
  /** Duration of each answer in milliseconds, shortest first. */
  readonly answeredMs: readonly number[];
  /** Whatever was not 200 `{"status":"ok"}`. */
  readonly wrong: readonly string[];
}

export type ProbeWord = 'pause' | 'go on' | 'stop';

/** Asks a gateway without end whether it is alive, in a thread of its own: what else goes on here must not be measured. */
export class LivenessProbe {
  private constructor(private readonly worker: Worker) {}

  static start(url: string): LivenessProbe {
    return new LivenessProbe(new Worker(join(__dirname, 'liveness-worker.js'), { workerData: url }));
  }

  /** Does something without asking meanwhile, because it would hold up the answers by itself. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    await this.tell('pause');
    const outcome = await work();
    await this.tell('go on');
    return outcome;
  }

  async stop(): Promise<LivenessReport> {
    const report = await this.tell('stop');
    await this.worker.terminate();
    return report;
  }

  /** Every word is answered with the report up to now. */
  private async tell(word: ProbeWord): Promise<LivenessReport> {
    const report = once(this.worker, 'message');
    this.worker.postMessage(word);
    const [found] = (await report) as [LivenessReport];
    return found;
  }
}

/** The value that so large a share of the sorted values does not exceed. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
