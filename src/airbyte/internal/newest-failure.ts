import type { DetailedJob, FailureReason } from './internal-types';

/** The first failure of the newest attempt that has one, as in Airbyte's own notifications; null if there is none. */
export function newestFailureOf({ attempts }: DetailedJob): FailureReason | null {
  return attempts.findLast(({ failures }) => failures.length > 0)?.failures[0] ?? null;
}
