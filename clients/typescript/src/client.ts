import createClient, { type Client } from 'openapi-fetch';
import { isProblem, WaitTimeoutError } from './problem.js';
import { type Answer, sendUntilAnswered } from './retry.js';
import type { paths } from './schema.js';
import type {
  CallOptions,
  ChangeOptions,
  ClientOptions,
  CreateIngestionInput,
  CreationCheck,
  DestinationList,
  Ingestion,
  IngestionList,
  IngestionListItem,
  IngestionStatusReport,
  ListQuery,
  PageQuery,
  PatchIngestionInput,
  PatchOptions,
  Run,
  RunList,
  RunsQuery,
  SchedulePreview,
  SchedulePreviewInput,
  SourceList,
  StartOptions,
  StatusBatchResult,
  StatusQuery,
  WaitOptions,
} from './types.js';

const ONE = '/ingestion/{connectionId}';
const RUN = '/ingestion/{connectionId}/runs/{runId}';
/** The longest that the gateway holds a request. */
const MAX_WAIT_S = 60;
const HOUR_MS = 3_600_000;

/** Every method throws a `ProblemError` for what the gateway refuses or cannot do. */
export class IngestionClient {
  /** openapi-fetch underneath, for what has no method of its own. It throws nothing and tries nothing again. */
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

  /** Creates an ingestion once, however often it has to be tried. It can take minutes: Airbyte reads the source first. */
  create(request: CreateIngestionInput, options: ChangeOptions = {}): Promise<Ingestion> {
    const params = { header: keyOf(options) };
    return this.call((init) => this.http.POST('/ingestion', { params, body: request, ...init }), options);
  }

  /** Creates nothing, but refuses what `create` would refuse. */
  check(request: CreateIngestionInput, options: CallOptions = {}): Promise<CreationCheck> {
    return this.call((init) => this.http.POST('/ingestion/check', { body: request, ...init }), options);
  }

  get(connectionId: string, options: CallOptions = {}): Promise<Ingestion> {
    return this.call((init) => this.http.GET(ONE, { params: { path: { connectionId } }, ...init }), options);
  }

  status(
    connectionId: string,
    query: StatusQuery = {},
    options: CallOptions = {},
  ): Promise<IngestionStatusReport> {
    const params = { path: { connectionId }, query };
    return this.call(
      (init) => this.http.GET('/ingestion/{connectionId}/status', { params, ...init }),
      options,
    );
  }

  /** A status or a problem for each of up to a hundred, in their order. */
  async statuses(
    connectionIds: readonly string[],
    query: StatusQuery = {},
    options: CallOptions = {},
  ): Promise<readonly StatusBatchResult[]> {
    const body = { ids: [...connectionIds] };
    const { results } = await this.call(
      (init) => this.http.POST('/ingestion/status/batch', { params: { query }, body, ...init }),
      options,
    );
    return results;
  }

  /** One page of ingestions; `nextPageToken` asks for the next. */
  list(query: ListQuery = {}, options: CallOptions = {}): Promise<IngestionList> {
    return this.call((init) => this.http.GET('/ingestion', { params: { query }, ...init }), options);
  }

  /** Every ingestion to which all that is given applies, page by page as they are asked for. */
  async *listAll(
    query: Omit<ListQuery, 'pageToken'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<IngestionListItem, void> {
    for (let pageToken: string | null | undefined; pageToken !== null;) {
      const next = pageToken === undefined ? {} : { pageToken };
      const page: IngestionList = await this.list({ ...query, ...next }, options);
      yield* page.data;
      pageToken = page.nextPageToken;
    }
  }

  /** Changes what is named and leaves the rest as it is. */
  patch(connectionId: string, request: PatchIngestionInput, options: PatchOptions = {}): Promise<Ingestion> {
    const header = options.ifMatch === undefined ? {} : { 'If-Match': options.ifMatch };
    const params = { path: { connectionId }, header };
    return this.call((init) => this.http.PATCH(ONE, { params, body: request, ...init }), options);
  }

  /** Deletes an ingestion. That it is gone already is only refused if this call cannot have done it. */
  async delete(connectionId: string, options: CallOptions = {}): Promise<void> {
    let attempts = 0;
    try {
      await this.call((init) => {
        attempts += 1;
        return this.http.DELETE(ONE, { params: { path: { connectionId } }, ...init });
      }, options);
    } catch (error) {
      if (attempts === 1 || !isProblem(error, 'ingestion-not-found')) throw error;
    }
  }

  /** Starts a run; one that is in progress is refused unless `attach` is true. */
  startRun(connectionId: string, options: StartOptions = {}): Promise<Run> {
    const params = { path: { connectionId }, header: keyOf(options) };
    const body = { onConflict: options.attach ? ('attach' as const) : ('refuse' as const) };
    return this.call(
      (init) => this.http.POST('/ingestion/{connectionId}/runs', { params, body, ...init }),
      options,
    );
  }

  run(connectionId: string, runId: string, options: CallOptions = {}): Promise<Run> {
    return this.call(
      (init) => this.http.GET(RUN, { params: { path: { connectionId, runId } }, ...init }),
      options,
    );
  }

  /** One page of runs, the newest first. */
  runs(connectionId: string, query: RunsQuery = {}, options: CallOptions = {}): Promise<RunList> {
    const params = { path: { connectionId }, query };
    return this.call((init) => this.http.GET('/ingestion/{connectionId}/runs', { params, ...init }), options);
  }

  cancelRun(connectionId: string, runId: string, options: ChangeOptions = {}): Promise<Run> {
    const params = { path: { connectionId, runId }, header: keyOf(options) };
    return this.call(
      (init) => this.http.POST('/ingestion/{connectionId}/runs/{runId}/cancel', { params, ...init }),
      options,
    );
  }

  /**
   * Waits until a run has ended, however it ended: look at its `status`.
   * @throws WaitTimeoutError
   */
  async waitForRun(connectionId: string, runId: string, options: WaitOptions = {}): Promise<Run> {
    const deadlineMs = Date.now() + (options.timeoutMs ?? HOUR_MS);
    for (;;) {
      const leftS = Math.max(0, Math.ceil((deadlineMs - Date.now()) / 1000));
      const params = { path: { connectionId, runId }, query: { wait: Math.min(MAX_WAIT_S, leftS) } };
      const run = await this.call((init) => this.http.GET(RUN, { params, ...init }), options);
      if (run.endedAt !== null) return run;
      if (Date.now() >= deadlineMs) throw new WaitTimeoutError(run);
    }
  }

  /** Says what a schedule means. */
  preview(request: SchedulePreviewInput, options: CallOptions = {}): Promise<SchedulePreview> {
    return this.call((init) => this.http.POST('/schedule/preview', { body: request, ...init }), options);
  }

  sources(query: PageQuery = {}, options: CallOptions = {}): Promise<SourceList> {
    return this.call((init) => this.http.GET('/sources', { params: { query }, ...init }), options);
  }

  destinations(query: PageQuery = {}, options: CallOptions = {}): Promise<DestinationList> {
    return this.call((init) => this.http.GET('/destinations', { params: { query }, ...init }), options);
  }

  private call<T>(
    send: (init: { signal?: AbortSignal }) => Promise<Answer<T>>,
    { signal }: CallOptions,
  ): Promise<T> {
    return sendUntilAnswered(() => send(signal ? { signal } : {}), this.retries, signal);
  }
}

function keyOf({ idempotencyKey }: ChangeOptions): { 'Idempotency-Key': string } {
  return { 'Idempotency-Key': idempotencyKey ?? globalThis.crypto.randomUUID() };
}
