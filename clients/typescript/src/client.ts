import createClient, { type Client } from 'openapi-fetch';
import { errorOf, isProblem, UnexpectedAnswerError } from './problem';
import type { components, operations, paths } from './schema';

type Schemas = components['schemas'];
export type CreateIngestionRequest = Schemas['CreateIngestionRequest'];
export type PatchIngestionRequest = Schemas['PatchIngestionRequest'];
export type Ingestion = Schemas['Ingestion'];
export type IngestionResource = Schemas['IngestionResource'];
export type IngestionList = Schemas['IngestionList'];
export type IngestionListItem = Schemas['IngestionListItem'];
export type IngestionStatusReport = Schemas['IngestionStatusReport'];
export type Run = Schemas['Run'];
export type RunList = Schemas['RunList'];
export type SchedulePreviewRequest = Schemas['SchedulePreviewRequest'];
export type SchedulePreview = Schemas['SchedulePreview'];

export type ListQuery = NonNullable<operations['listIngestions']['parameters']['query']>;

export interface ClientOptions {
  /** Base URL of the gateway, e.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  /** API key or OIDC token, where the gateway asks for one. */
  readonly key?: string;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** How often a call is tried again after a refused connection, 429 or 503; 3 unless given. */
  readonly retries?: number;
}

export interface ChangeOptions {
  /** Names this one request, so that it is done once whatever is sent again; made for you unless given. */
  readonly idempotencyKey?: string;
}

export interface WaitOptions {
  /** How long to wait at most, in milliseconds; an hour unless given. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

interface Answer<T> {
  readonly data?: T | undefined;
  readonly error?: unknown;
  readonly response: Response;
}

const MAX_WAIT_S = 60;
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;
const HOUR_MS = 3_600_000;

/** The run has not ended within the time that it was given. It goes on. */
export class WaitTimeoutError extends Error {
  override readonly name = 'WaitTimeoutError';

  constructor(readonly run: Run) {
    super(`run ${run.runId} is still ${run.status}`);
  }
}

/** Every method throws a `ProblemError` for what the gateway refuses or cannot do. */
export class IngestionClient {
  /** openapi-fetch underneath, for what has no method of its own. */
  readonly http: Client<paths>;
  private readonly retries: number;

  constructor({ url, key, fetch, retries = 3 }: ClientOptions) {
    this.retries = retries;
    this.http = createClient<paths>({
      baseUrl: url.replace(/\/+$/, ''),
      ...(fetch && { fetch }),
      ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }),
    });
  }

  /** Creates an ingestion once, however often it has to be tried. */
  async create(request: CreateIngestionRequest, options: ChangeOptions = {}): Promise<Ingestion> {
    const header = keyOf(options);
    const answer = await this.call(() => this.http.POST('/ingestion', { params: { header }, body: request }));
    if ('connectionId' in answer) return answer;
    throw new UnexpectedAnswerError(200);
  }

  get(connectionId: string): Promise<IngestionResource> {
    return this.call(() =>
      this.http.GET('/ingestion/{connectionId}', { params: { path: { connectionId } } }),
    );
  }

  status(connectionId: string): Promise<IngestionStatusReport> {
    return this.call(() =>
      this.http.GET('/ingestion/{connectionId}/status', { params: { path: { connectionId } } }),
    );
  }

  /** One page of ingestions; `nextPageToken` asks for the next. */
  list(query: ListQuery = {}): Promise<IngestionList> {
    return this.call(() => this.http.GET('/ingestion', { params: { query } }));
  }

  /** Every ingestion to which all that is given applies, page by page as they are asked for. */
  async *listAll(query: Omit<ListQuery, 'pageToken'> = {}): AsyncGenerator<IngestionListItem, void> {
    for (let pageToken: string | null | undefined; pageToken !== null;) {
      const page: IngestionList = await this.list({
        ...query,
        ...(pageToken !== undefined && { pageToken }),
      });
      yield* page.data;
      pageToken = page.nextPageToken;
    }
  }

  /** Changes what is named and leaves the rest as it is. */
  patch(connectionId: string, request: PatchIngestionRequest): Promise<IngestionResource> {
    return this.call(() =>
      this.http.PATCH('/ingestion/{connectionId}', { params: { path: { connectionId } }, body: request }),
    );
  }

  async delete(connectionId: string): Promise<void> {
    await this.call(() =>
      this.http.DELETE('/ingestion/{connectionId}', { params: { path: { connectionId } } }),
    );
  }

  /** Starts a run; one that is in progress is refused unless `attach` is true. */
  startRun(connectionId: string, options: ChangeOptions & { readonly attach?: boolean } = {}): Promise<Run> {
    const params = { path: { connectionId }, header: keyOf(options) };
    const body = { onConflict: options.attach ? ('attach' as const) : ('refuse' as const) };
    return this.call(() => this.http.POST('/ingestion/{connectionId}/runs', { params, body }));
  }

  run(connectionId: string, runId: string): Promise<Run> {
    return this.call(() => this.http.GET(RUN, { params: { path: { connectionId, runId } } }));
  }

  runs(
    connectionId: string,
    query: NonNullable<operations['listRuns']['parameters']['query']> = {},
  ): Promise<RunList> {
    return this.call(() =>
      this.http.GET('/ingestion/{connectionId}/runs', { params: { path: { connectionId }, query } }),
    );
  }

  cancelRun(connectionId: string, runId: string, options: ChangeOptions = {}): Promise<Run> {
    const params = { path: { connectionId, runId }, header: keyOf(options) };
    return this.call(() => this.http.POST('/ingestion/{connectionId}/runs/{runId}/cancel', { params }));
  }

  /**
   * Waits until a run has ended, however it ended: look at its `status`.
   * @throws WaitTimeoutError
   */
  async waitForRun(connectionId: string, runId: string, options: WaitOptions = {}): Promise<Run> {
    const { timeoutMs = HOUR_MS, signal } = options;
    const deadlineMs = Date.now() + timeoutMs;
    for (;;) {
      const leftS = Math.max(0, Math.ceil((deadlineMs - Date.now()) / 1000));
      const query = { wait: Math.min(MAX_WAIT_S, leftS) };
      const run = await this.call(() =>
        this.http.GET(RUN, { params: { path: { connectionId, runId }, query }, ...(signal && { signal }) }),
      );
      if (run.endedAt !== null) return run;
      if (Date.now() >= deadlineMs) throw new WaitTimeoutError(run);
    }
  }

  preview(request: SchedulePreviewRequest): Promise<SchedulePreview> {
    return this.call(() => this.http.POST('/schedule/preview', { body: request }));
  }

  /** Trying again is safe: reads change nothing, and everything else carries a key or says the same twice. */
  private async call<T>(send: () => Promise<Answer<T>>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const { data, error, response } = await send();
        if (response.ok) return data as T;
        throw errorOf(response, error);
      } catch (error) {
        if (attempt >= this.retries || !isPassing(error)) throw error;
        await pause(pauseMs(error, attempt));
      }
    }
  }
}

const RUN = '/ingestion/{connectionId}/runs/{runId}';

function keyOf({ idempotencyKey }: ChangeOptions): { 'Idempotency-Key': string } {
  return { 'Idempotency-Key': idempotencyKey ?? globalThis.crypto.randomUUID() };
}

/** What passes by itself: no connection, too many requests, nobody there at the moment, the same request under way. */
function isPassing(error: unknown): boolean {
  if (isProblem(error))
    return [429, 503].includes(error.problem.status) || error.code === 'request-in-progress';
  return error instanceof TypeError;
}

function pauseMs(error: unknown, attempt: number): number {
  const wanted = isProblem(error) ? error.retryAfterMs : null;
  return Math.min(MAX_PAUSE_MS, wanted ?? FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random()));
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
