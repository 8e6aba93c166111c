export { IngestionClient } from './client.js';
export {
  CallTimeoutError,
  isProblem,
  NoAnswerError,
  type Problem,
  type ProblemCode,
  ProblemError,
  UnexpectedAnswerError,
  WaitTimeoutError,
} from './problem.js';
export type * from './types.js';
export type { components, operations, paths } from './schema.js';
