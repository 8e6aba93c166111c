import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** How a gateway's liveness was over a while. */
export interface LivenessReport {
  /** How long each answer took, in milliseconds, shortest first. */
  readonly answeredMs: readonly number[];
  /** Whatever was not 200 `{"status":"ok"}`. */
  readonly wrong: readonly string[];
}

/** Asks a gateway without end whether it is alive, in a thread of its own: what else goes on here must not be measured. */
export class LivenessProbe {
  private constructor(private readonly worker: Worker) {}

  static start(url: string): LivenessProbe {
    return new LivenessProbe(new Worker(join(__dirname, 'liveness.worker.js'), { workerData: url }));
  }

  async stop(): Promise<LivenessReport> {
    const report = once(this.worker, 'message');
    this.worker.postMessage('stop');
    const [found] = (await report) as [LivenessReport];
    await this.worker.terminate();
    return found;
  }
}

/** The value that so large a share of the sorted values does not exceed. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
