import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { compiledFolder } from '../platform/compiled-folder';
import type { JsonObject } from '../platform/json';
import type { ValidationResult } from './validate';
import type { ValidationRequest } from './worker';

/** Limit for a backtracking pattern or a very large specification. */
const TIME_LIMIT_MS = 5000;
/** An idle worker is terminated to free its memory. */
const IDLE_MS = 30_000;
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

/** The result if validation exceeds the time or memory limit. */
const OVER_LIMITS: ValidationResult = {
  faults: [
    "The connector's specification cannot be evaluated for these values within 5 seconds: shorten the values.",
  ],
};

/**
 * Validates configurations in a worker thread. Specifications come from third-party connectors, and a pattern with
 * catastrophic backtracking blocks only the worker.
 */
export class ConfigurationValidator {
  private worker: Worker | null = null;
  private settle: Settle | null = null;
  private idleTimer: NodeJS.Timeout | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly timeLimitMs = TIME_LIMIT_MS) {}

  /** Requests run one at a time, so that a timeout belongs to one request. */
  validate(specification: JsonObject, configuration: JsonObject): Promise<ValidationResult> {
    const result = this.last.then(() => this.ask({ specification, configuration }));
    this.last = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    clearTimeout(this.idleTimer);
    const { worker } = this;
    this.worker = null;
    await worker?.terminate();
  }

  private async ask(request: ValidationRequest): Promise<ValidationResult> {
    clearTimeout(this.idleTimer);
    const worker = (this.worker ??= this.startWorker());
    const result = await new Promise<ValidationResult>((resolve, reject) => {
      const timer = setTimeout(() => {
        void this.close();
        this.settle?.(OVER_LIMITS);
      }, this.timeLimitMs);
      this.settle = (outcome) => {
        clearTimeout(timer);
        this.settle = null;
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      this.send(worker, request);
    });
    this.idleTimer = setTimeout(() => void this.close(), IDLE_MS);
    this.idleTimer.unref();
    return result;
  }

  private send(worker: Worker, request: ValidationRequest): void {
    try {
      worker.postMessage(request);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.settle?.({ unusable: 'it is nested too deeply' });
    }
  }

  private startWorker(): Worker {
    const worker = new Worker(join(compiledFolder(), 'configuration', 'worker.js'), {
      resourceLimits: RESOURCE_LIMITS,
      env: {},
    });
    worker.unref();
    worker.on('message', (result: ValidationResult) => {
      if (this.worker === worker) this.settle?.(result);
    });
    worker.on('error', (error: Error & { code?: unknown }) => {
      this.handleWorkerEnd(worker, error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? OVER_LIMITS : error);
    });
    worker.on('exit', () => {
      this.handleWorkerEnd(worker, OVER_LIMITS);
    });
    return worker;
  }

  /** Ignores a worker that was terminated before the current request. */
  private handleWorkerEnd(worker: Worker, outcome: ValidationResult | Error): void {
    if (this.worker !== worker) return;
    this.worker = null;
    this.settle?.(outcome);
  }
}

type Settle = (outcome: ValidationResult | Error) => void;
