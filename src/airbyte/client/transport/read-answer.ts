import { AirbyteError, type AirbyteErrorDetails, type AirbyteErrorKind } from '../model/airbyte-errors';
import { parseErrorBody } from './error-body';
import { methodAndPath, type Operation } from '../model/operation';
import { parseRetryAfterMs } from './retry-after';
import type { TransportResponse } from './transport';
import { unreachableCause } from './unreachable-cause';
import type { TransportError, TransportFailure } from './undici-request';
import { inTurns } from '../../../lib/in-turns';
import { parseLargeJson } from './large-json';

/** Larger bodies are parsed in several turns of the event loop; smaller ones take a few milliseconds. */
const LARGE_CHARACTERS = 256 * 1024;

/** Returns the body of a successful response, or throws the {@link AirbyteError} that the response represents. */
export async function readAnswer(
  operation: Operation,
  response: TransportResponse,
  nowMs: number,
): Promise<unknown> {
  if (response.status < 200 || response.status > 299) throw errorOf(operation, response, nowMs);
  if (operation.expects === 'json') return readJson(operation, response);
  // Single-page applications answer every path with 200 and their page.
  if (isWebPage(response)) throw misbehaving(operation, 'the answer is a web page', response.status);
  return undefined;
}

/** Error for a response that does not come from Airbyte's API: the address is wrong, or a proxy answers. */
export function misbehaving(operation: Operation, what: string, status: number | undefined): AirbyteError {
  const message = `${methodAndPath(operation)}: ${what}. Is AIRBYTE_API_URL the base of Airbyte's public API?`;
  return new AirbyteError('misbehaving', message, { operation: operation.name, sent: true, status });
}

export function transportFailure(operation: Operation, error: TransportError): AirbyteError {
  const { kind, what } = TRANSPORT_KINDS[error.failure];
  const details = {
    operation: operation.name,
    sent: error.sent,
    transportCode: error.code,
    mayBeStale: error.mayBeStale,
    cause: error,
  };
  const code = error.code === undefined ? '' : ` (${error.code})`;
  const reason = kind === 'unreachable' ? `${what}: ${unreachableCause(error.code)}` : what + code;
  return new AirbyteError(kind, `${methodAndPath(operation)}: ${reason}`, details);
}

const TRANSPORT_KINDS: Record<TransportFailure, { kind: AirbyteErrorKind; what: string }> = {
  unreachable: { kind: 'unreachable', what: 'Airbyte cannot be reached' },
  dropped: { kind: 'dropped', what: 'the connection to Airbyte was cut off' },
  timeout: { kind: 'timeout', what: 'Airbyte did not answer in time' },
  aborted: { kind: 'timeout', what: 'the caller gave up' },
  too_large: { kind: 'misbehaving', what: 'the answer is too large' },
  garbled: { kind: 'misbehaving', what: 'the answer is not HTTP' },
};

async function readJson(operation: Operation, response: TransportResponse): Promise<unknown> {
  if (
    response.headers['content-encoding'] !== undefined &&
    response.headers['content-encoding'] !== 'identity'
  ) {
    throw misbehaving(operation, 'the answer is compressed although that was not asked for', response.status);
  }
  if (!isJson(response)) throw misbehaving(operation, 'the answer is not JSON', response.status);
  const brokenJson = (): AirbyteError => misbehaving(operation, 'the answer is broken JSON', response.status);
  if (response.text.length >= LARGE_CHARACTERS) return readLargeJson(response.text, brokenJson);
  const body = parseJson(response.text);
  if (body === undefined) throw brokenJson();
  return body;
}

async function readLargeJson(text: string, brokenJson: () => AirbyteError): Promise<unknown> {
  try {
    return await inTurns(parseLargeJson(text, (part) => JSON.parse(quoteLongJobIds(part)) as unknown));
  } catch (error) {
    throw error instanceof SyntaxError ? brokenJson() : error;
  }
}

function errorOf(operation: Operation, response: TransportResponse, nowMs: number): AirbyteError {
  const { status } = response;
  if (!isFromAirbyte(response)) return misbehaving(operation, `status ${status} without a JSON body`, status);
  const body = isJson(response) ? parseJson(response.text) : undefined;
  const details: AirbyteErrorDetails = {
    ...parseErrorBody(body),
    operation: operation.name,
    sent: true,
    status,
    retryAfterMs: parseRetryAfterMs(response.headers['retry-after'], nowMs),
    upstreamDate: upstreamDateOf(response),
  };
  return new AirbyteError(kindOf(status), `${methodAndPath(operation)}: Airbyte answered ${status}`, details);
}

/** Proxies answer 401, 429 and 5xx with their own pages. Other pages mean that the address is wrong. */
function isFromAirbyte(response: TransportResponse): boolean {
  const { status } = response;
  if (status < 400) return false;
  return status >= 500 || status === 401 || status === 429 || response.text === '' || isJson(response);
}

function kindOf(status: number): AirbyteErrorKind {
  return KINDS.get(status) ?? (status >= 500 ? 'failed' : 'bad_request');
}

const KINDS: ReadonlyMap<number, AirbyteErrorKind> = new Map([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [408, 'unavailable'],
  [409, 'conflict'],
  [422, 'unprocessable'],
  [429, 'rate_limited'],
  [502, 'unavailable'],
  [503, 'unavailable'],
  [504, 'unavailable'],
]);

/** Undefined if the text is not valid JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(quoteLongJobIds(text));
  } catch {
    return undefined;
  }
}

/**
 * Quotes large job ids. They are int64, and a number beyond 2^53 would silently become the id of another job.
 * An unescaped `"jobId"` before a colon can only be a field name, because quotes inside JSON strings are
 * escaped.
 */
function quoteLongJobIds(text: string): string {
  if (!LONG_JOB_ID.test(text)) return text;
  return text.replace(/(?<!\\)("jobId"\s*:\s*)(-?\d{16,})(?=\s*[,}])/g, '$1"$2"');
}

/** Fast check, because large ids are rare. */
const LONG_JOB_ID = /"jobId"\s*:\s*-?\d{16}/;

function isJson(response: TransportResponse): boolean {
  return /^application\/(?:[\w.+-]*\+)?json\b/i.test(contentType(response));
}

function isWebPage(response: TransportResponse): boolean {
  return /^(?:text\/html|application\/xhtml)/i.test(contentType(response));
}

function contentType(response: TransportResponse): string {
  const value = response.headers['content-type'];
  return typeof value === 'string' ? value : '';
}

/** Time of the response by Airbyte's clock, in whole seconds. */
function upstreamDateOf(response: TransportResponse): Date | undefined {
  const value = response.headers['date'];
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms);
}
