import { parentPort } from 'node:worker_threads';
import type { JsonObject } from '../platform/json';
import { Validators } from './validate';

/** A message to the worker. It replies with a ValidationResult. */
export interface ValidationRequest {
  readonly specification: JsonObject;
  readonly configuration: JsonObject;
}

const validators = new Validators();

parentPort?.on('message', ({ specification, configuration }: ValidationRequest) => {
  parentPort?.postMessage(validators.validate(specification, configuration));
});
