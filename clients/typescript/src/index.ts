export { IngestionClient } from './client.js';
export {
  CallTimeoutError,
  CredentialError,
  isProblem,
  NoAnswerError,
  type Problem,
  type ProblemCode,
  ProblemError,
  ResponseTooLargeError,
  UnexpectedAnswerError,
  WaitTimeoutError,
} from './errors.js';
export type * from './types.js';
export type { components, operations, paths } from './schema.js';
export {
  verifyWebhook,
  type VerifyOptions,
  type WebhookHeaders,
  WebhookVerificationError,
} from './webhook.js';
