import { type Problem, ProblemError, UnexpectedAnswerError } from './errors.js';
import { isObject, missingMember, type Shape } from './shapes.js';

const EXCERPT_LENGTH = 200;

/**
 * Waits for the whole body. Returns the response if it matches this API.
 * @param shape the required members of the body, or null if the response must have no content
 * @throws ProblemError, UnexpectedAnswerError
 */
export async function checked(response: Response, shape: Shape | null): Promise<Response> {
  const text = await response.clone().text();
  const body = parsed(text);
  const reason = response.ok ? mismatch(response.status, body, shape) : redirection(response);
  if (response.ok && reason === undefined) return response;
  const retryAfterMs = retryAfterMsOf(response.headers.get('retry-after'));
  if (!response.ok && isProblemBody(response, body)) throw new ProblemError(body, retryAfterMs);
  throw new UnexpectedAnswerError(response.status, excerptOf(text), retryAfterMs, reason ?? undefined);
}

/** @returns undefined if the response matches; otherwise the reason, or null if only the body can show it */
function mismatch(status: number, body: unknown, shape: Shape | null): string | null | undefined {
  if (shape === null) return status === 204 ? undefined : null;
  if (!isObject(body)) return null;
  const member = missingMember(body, shape);
  return member === undefined ? undefined : `its member ${member} is missing or of another type`;
}

function redirection(response: Response): string | null {
  const location = response.headers.get('location');
  if (location !== null) return `it redirects to ${location}; set url to the address of the gateway itself`;
  // Browsers hide the status and the headers of a redirect.
  return response.type === 'opaqueredirect'
    ? 'it is a redirection; set url to the address of the gateway itself'
    : null;
}

function excerptOf(text: string): string {
  return text
    .slice(0, 4 * EXCERPT_LENGTH)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, EXCERPT_LENGTH);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // not JSON, so the body does not match this API
  }
}

/** `Retry-After` is a number of seconds or a date. */
function retryAfterMsOf(header: string | null): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  const durationMs = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isFinite(durationMs) ? Math.max(0, durationMs) : null;
}

function isProblemBody(response: Response, body: unknown): body is Problem {
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('application/problem+json') || !isObject(body)) return false;
  const { code, detail, status, errors = [] } = body;
  return (
    typeof code === 'string' &&
    typeof detail === 'string' &&
    typeof status === 'number' &&
    (errors === null || (Array.isArray(errors) && errors.every(isObject)))
  );
}
