import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { compiledFolder } from '../platform/compiled-folder';
import type { JsonObject } from '../platform/json';
import type { ValidationResult } from './validate';
import type { ValidationRequest } from './worker';

/** A pattern that backtracks, or a specification without end, must not hold anybody up for longer. */
const TIME_LIMIT_MS = 5000;
/** An unused worker ends: it holds some megabytes. */
const IDLE_MS = 30_000;
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

/** The answer for what takes too long or too much memory. */
const OVER_LIMITS: ValidationResult = {
  faults: [
    "The connector's specification cannot be evaluated for these values within 5 seconds: shorten the values.",
  ],
};

/**
 * Validates configurations in a worker thread. Specifications come from connectors that others wrote: a pattern that
 * backtracks for ever stops the worker only.
 */
export class ConfigurationValidator {
  private worker: Worker | null = null;
  private settle: Settle | null = null;
  private idleTimer: NodeJS.Timeout | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly timeLimitMs = TIME_LIMIT_MS) {}

  /** One at a time, so that the one that takes too long is known. */
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

  /** A worker that was ended on purpose has nothing to do with the request that waits now. */
  private handleWorkerEnd(worker: Worker, outcome: ValidationResult | Error): void {
    if (this.worker !== worker) return;
    this.worker = null;
    this.settle?.(outcome);
  }
}

type Settle = (outcome: ValidationResult | Error) => void;
