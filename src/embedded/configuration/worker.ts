import { parentPort } from 'node:worker_threads';
import type { JsonObject } from '../platform/json';
import { Validators } from './validate';

/** One question to the worker; the answer is a ValidationResult. */
export interface ValidationRequest {
  readonly specification: JsonObject;
  readonly configuration: JsonObject;
}

const validators = new Validators();

parentPort?.on('message', ({ specification, configuration }: ValidationRequest) => {
  parentPort?.postMessage(validators.validate(specification, configuration));
});
