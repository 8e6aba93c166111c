import createClient, { type Client } from 'openapi-fetch';
import {
  CredentialError,
  isProblem,
  NoAnswerError,
  ResponseTooLargeError,
  UnexpectedAnswerError,
} from './errors.js';
import { pathOf } from './parameters.js';
import { checked } from './response.js';
import { sendUntilAnswered } from './retry.js';
import type { paths } from './schema.js';
import type { Shape } from './shapes.js';
import { baseUrlOf, signedFetch } from './transport.js';
import type { AttemptEvent, Called, CallOptions, ClientOptions, Fetch } from './types.js';

/** A creation can take minutes. */
const CALL_MS = 600_000;
/** A page of a hundred ingestions has about 100 kB. An ingestion with thousands of streams has a few megabytes. */
const MAX_RESPONSE_BYTES = 16 * 2 ** 20;

/** Options of one openapi-fetch request. */
export interface Init {
  readonly signal: AbortSignal;
  readonly fetch: Fetch;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends one request with openapi-fetch. */
type Send<T> = (init: Init) => Promise<{ readonly data?: T | undefined; readonly response: Response }>;

export interface Answered<T> {
  readonly data: T;
  readonly response: Response;
}

/** Sends requests with the options of the client and of the call. */
export class Caller {
  readonly http: Client<paths>;
  private readonly send: Fetch;

  constructor(private readonly options: ClientOptions) {
    const { url, key, fetch, maxResponseBytes = MAX_RESPONSE_BYTES } = options;
    requireNumber('maxResponseBytes', maxResponseBytes, 1);
    checkOptions(options);
    this.send = signedFetch(key, fetch ?? ((request) => globalThis.fetch(request)), maxResponseBytes);
    this.http = createClient<paths>({
      baseUrl: baseUrlOf(url),
      fetch: this.send,
      pathSerializer: pathOf,
      // Redirects usually come from a proxy, and following one can turn a POST into a GET.
      redirect: 'manual',
    });
  }

  call<T>(shape: Shape | null, send: Send<T>, options: CallOptions): Called<T> {
    return called(this.answer(shape, send, options));
  }

  /** Retries temporary failures. `send` must be safe to repeat. */
  async answer<T>(shape: Shape | null, send: Send<T>, options: CallOptions): Promise<Answered<T>> {
    checkOptions(options);
    const { retries = 3, timeoutMs = CALL_MS, attemptTimeoutMs = Infinity } = { ...this.options, ...options };
    const limits = { retries, timeoutMs, attemptTimeoutMs, signal: options.signal };
    return sendUntilAnswered((stop, attempt) => this.attempt(shape, send, options, stop, attempt), limits);
  }

  async attempt<T>(
    shape: Shape | null,
    send: Send<T>,
    options: CallOptions,
    stop: AbortSignal,
    attempt: number,
  ): Promise<Answered<T>> {
    const headers = { ...this.options.headers, ...options.headers };
    const fetch: Fetch = (request) =>
      this.reporting(request, attempt, async () => {
        try {
          return await checked(await this.send(request), shape);
        } catch (error) {
          if (isOwnError(error) || stop.aborted) throw error;
          throw new NoAnswerError(error);
        }
      });
    const { data, response } = await send({ signal: stop, fetch, headers });
    return { data: data as T, response }; // `checked` has verified the members
  }

  private async reporting(
    { method, url }: Request,
    attempt: number,
    work: () => Promise<Response>,
  ): Promise<Response> {
    const { onAttempt } = this.options;
    if (!onAttempt) return work();
    const startedMs = performance.now();
    const report = (outcome: Pick<AttemptEvent, 'status' | 'error'>): void => {
      onAttempt({ method, url, attempt, durationMs: performance.now() - startedMs, ...outcome });
    };
    try {
      const response = await work();
      report({ status: response.status, error: null });
      return response;
    } catch (error) {
      report({ status: statusOf(error), error });
      throw error;
    }
  }
}

export function called<T>(answer: Promise<Answered<T>>): Called<T> {
  const data = answer.then((it) => it.data);
  return Object.assign(data, {
    withResponse: () => {
      data.catch(() => undefined); // no unhandled rejection: the caller handles `answer` instead
      return answer;
    },
  });
}

function isOwnError(error: unknown): error is Error {
  const own = [UnexpectedAnswerError, ResponseTooLargeError, CredentialError];
  return isProblem(error) || own.some((type) => error instanceof type);
}

function statusOf(error: unknown): number | null {
  const hasStatus =
    isProblem(error) || error instanceof UnexpectedAnswerError || error instanceof ResponseTooLargeError;
  return hasStatus ? error.status : null;
}

function checkOptions({ retries = 0, timeoutMs = 1, attemptTimeoutMs = 1 }: CallOptions): void {
  requireNumber('retries', retries, 0);
  requireNumber('timeoutMs', timeoutMs, 0);
  requireNumber('attemptTimeoutMs', attemptTimeoutMs, 1);
}

/** Refuses NaN, because its timer would fire at once, and strings, because they are compared as text. */
function requireNumber(name: string, value: unknown, min: number): void {
  if (typeof value !== 'number' || !(value >= min))
    throw new RangeError(`${name} must be a number from ${min}`);
}
