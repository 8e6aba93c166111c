import type { CallContext } from '../client/model/airbyte-types';

/**
 * Context of reads that all callers wait for. They queue under a key of their own, so that they do not wait behind the
 * calls of the caller that asked first. Use it only where few such reads run at a time.
 */
export function withSharedTurn<T extends CallContext>(context: T): T {
  return { ...context, callerKey: 'shared' };
}
