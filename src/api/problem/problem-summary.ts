/** The parts of a problem that logs and stored outcomes need. */
export interface ProblemSummary {
  readonly code: string;
  /** HTTP status with which Airbyte refused; null if Airbyte sent no response. */
  readonly upstreamStatus: number | null;
}

/** The problem in a response, or null. */
export function problemIn(status: number, payload: unknown): ProblemSummary | null {
  if (status < 400 || typeof payload !== 'string') return null;
  try {
    const body: unknown = JSON.parse(payload);
    const code = memberOf(body, 'code');
    if (typeof code !== 'string') return null;
    const upstreamStatus = memberOf(memberOf(body, 'upstream'), 'status');
    return {
      code,
      upstreamStatus: typeof upstreamStatus === 'number' ? upstreamStatus : null,
    };
  } catch {
    // Problems are always JSON.
    return null;
  }
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
