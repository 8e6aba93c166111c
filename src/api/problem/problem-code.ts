/** The code of the problem that was answered; null where the answer is none. */
export function problemCodeOf(status: number, payload: unknown): string | null {
  if (status < 400 || typeof payload !== 'string') return null;
  try {
    const body: unknown = JSON.parse(payload);
    return typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : null;
  } catch {
    // Not JSON, so not a problem.
    return null;
  }
}
