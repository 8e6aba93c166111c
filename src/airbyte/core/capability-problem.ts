import { ProblemException } from '../../api/problem/problem.exception';

/** State of a capability, as `GET /capabilities` shows it. */
interface CapabilityFacts {
  readonly capability: string;
  readonly state: 'on' | 'off' | 'unknown';
  readonly reason: string | null;
}

/** The problem for an operation whose only source is a capability, after a read without a result. */
export function capabilityProblem({ capability, state, reason }: CapabilityFacts): ProblemException {
  if (state === 'off') {
    return new ProblemException(
      'capability-off',
      `This needs the capability ${capability}, which is off. ${reason ?? ''}`.trim(),
    );
  }
  return new ProblemException(
    'airbyte-unavailable',
    "Airbyte's internal API gave no usable answer this time. Try again.",
    { retryAfterMs: 1000 },
  );
}
