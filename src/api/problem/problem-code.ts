/** The code of the problem in a response, or null. */
export function problemCodeOf(status: number, payload: unknown): string | null {
  if (status < 400 || typeof payload !== 'string') return null;
  try {
    const body: unknown = JSON.parse(payload);
    return typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : null;
  } catch {
    // Problems are always JSON.
    return null;
  }
}
