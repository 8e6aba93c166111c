import createClient, { type Client } from 'openapi-fetch';
import {
  CallTimeoutError,
  checked,
  isProblem,
  NoAnswerError,
  UnexpectedAnswerError,
  WaitTimeoutError,
} from './problem.js';
import { type Answer, isPassing, pause, pauseMs, sendUntilAnswered, within } from './retry.js';
import type { paths } from './schema.js';
import { has, pathOf, randomKey, signedFetch } from './transport.js';
import type {
  Called,
  CallOptions,
  ChangeOptions,
  ClientOptions,
  CreateIngestionInput,
  CreationCheck,
  Destination,
  DestinationList,
  Ingestion,
  IngestionList,
  IngestionListItem,
  IngestionStatusReport,
  Fetch,
  ListQuery,
  PageQuery,
  PatchIngestionInput,
  PatchOptions,
  Run,
  RunList,
  RunsQuery,
  SchedulePreview,
  SchedulePreviewInput,
  Source,
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
/** Creation can take minutes. */
const CALL_MS = 600_000;
/** How long after the end of its wait an answer may still come. */
const GRACE_MS = 30_000;
/** How long before the time limit the gateway has to answer, so that the answer still arrives. */
const MARGIN_MS = 500;
const EARLY_PAUSE_MS = 1000;
const MAX_EARLY_PAUSE_MS = 10_000;

type Init = { signal: AbortSignal; fetch: Fetch };

/** Every method throws a `ProblemError` for what the gateway refuses or cannot do. */
export class IngestionClient {
  /** openapi-fetch underneath, for what has no method of its own. It throws nothing and tries nothing again. */
  readonly http: Client<paths>;
  private readonly retries: number;
  private readonly timeoutMs: number;
  private readonly send: Fetch;

  constructor({ url, key, fetch, retries = 3, timeoutMs = CALL_MS }: ClientOptions) {
    this.retries = retries;
    this.timeoutMs = timeoutMs;
    this.send = signedFetch(key, fetch ?? ((request) => globalThis.fetch(request)));
    this.http = createClient<paths>({
      baseUrl: url.replace(/\/+$/, ''),
      fetch: this.send,
      pathSerializer: pathOf,
    });
  }

  /** Creates an ingestion once, however often it has to be tried. It can take minutes: Airbyte reads the source first. */
  create(request: CreateIngestionInput, options: ChangeOptions = {}): Called<Ingestion> {
    const params = { header: keyOf(options) };
    return this.call((init) => this.http.POST('/ingestion', { params, body: request, ...init }), options);
  }

  /** Creates nothing, but refuses what `create` would refuse. */
  check(request: CreateIngestionInput, options: CallOptions = {}): Called<CreationCheck> {
    return this.call((init) => this.http.POST('/ingestion/check', { body: request, ...init }), options);
  }

  /** Reads an ingestion. Its `ETag` is in the headers of `withResponse()`. */
  get(connectionId: string, options: CallOptions = {}): Called<Ingestion> {
    return this.call((init) => this.http.GET(ONE, { params: { path: { connectionId } }, ...init }), options);
  }

  /** When data last arrived, when it next will, by which schedule, and whether the ingestion is healthy. */
  status(
    connectionId: string,
    query: StatusQuery = {},
    options: CallOptions = {},
  ): Called<IngestionStatusReport> {
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
  list(query: ListQuery = {}, options: CallOptions = {}): Called<IngestionList> {
    return this.call((init) => this.http.GET('/ingestion', { params: { query }, ...init }), options);
  }

  /** Every ingestion to which the whole query applies, page by page as they are asked for. */
  listAll(
    query: Omit<ListQuery, 'pageToken'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<IngestionListItem, void> {
    return everyPage((page) => this.list({ ...query, ...page }, options));
  }

  /**
   * Changes the fields that are given and leaves the rest as it is. With `ifMatch`, a change whose answer was lost is
   * looked for: if the ingestion has it, it is returned.
   */
  patch(connectionId: string, request: PatchIngestionInput, options: PatchOptions = {}): Called<Ingestion> {
    const header = options.ifMatch === undefined ? {} : { 'If-Match': options.ifMatch };
    const params = { path: { connectionId }, header };
    let attempts = 0;
    const answer = this.answer((init) => {
      attempts += 1;
      return this.http.PATCH(ONE, { params, body: request, ...init });
    }, options);
    return called(
      answer.catch(async (error: unknown) => {
        if (attempts === 1 || !isProblem(error, 'precondition-failed')) throw error;
        const now = await this.get(connectionId, options).withResponse();
        const { schedule, ...rest } = request;
        const wanted = schedule === null ? { scheduleType: 'manual' } : schedule;
        if (!has(now.data, rest) || !has(now.data.schedule, wanted)) throw error;
        return now;
      }),
    );
  }

  /** Deletes an ingestion. A 404 is an error only if no earlier attempt of this call can have deleted it. */
  async delete(connectionId: string, options: CallOptions = {}): Promise<void> {
    let attempts = 0;
    try {
      await this.answer((init) => {
        attempts += 1;
        return this.http.DELETE(ONE, { params: { path: { connectionId } }, ...init });
      }, options);
    } catch (error) {
      if (attempts === 1 || !isProblem(error, 'ingestion-not-found')) throw error;
    }
  }

  /** Starts a run; one that is in progress is refused unless `attach` is true. */
  startRun(connectionId: string, options: StartOptions = {}): Called<Run> {
    const params = { path: { connectionId }, header: keyOf(options) };
    const body = { onConflict: options.attach ? ('attach' as const) : ('refuse' as const) };
    return this.call(
      (init) => this.http.POST('/ingestion/{connectionId}/runs', { params, body, ...init }),
      options,
    );
  }

  /** Reads a run as it is now. */
  run(connectionId: string, runId: string, options: CallOptions = {}): Called<Run> {
    return this.call(
      (init) => this.http.GET(RUN, { params: { path: { connectionId, runId } }, ...init }),
      options,
    );
  }

  /** One page of runs, the newest first. */
  runs(connectionId: string, query: RunsQuery = {}, options: CallOptions = {}): Called<RunList> {
    const params = { path: { connectionId }, query };
    return this.call((init) => this.http.GET('/ingestion/{connectionId}/runs', { params, ...init }), options);
  }

  /** Every run, the newest first, page by page as they are asked for. */
  runsAll(
    connectionId: string,
    query: Omit<RunsQuery, 'pageToken'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Run, void> {
    return everyPage((page) => this.runs(connectionId, { ...query, ...page }, options));
  }

  /** Stops a run that has not ended. */
  cancelRun(connectionId: string, runId: string, options: ChangeOptions = {}): Called<Run> {
    const params = { path: { connectionId, runId }, header: keyOf(options) };
    return this.call(
      (init) => this.http.POST('/ingestion/{connectionId}/runs/{runId}/cancel', { params, ...init }),
      options,
    );
  }

  /**
   * Waits until a run has ended, however it ended: look at its `status`. Failures that pass are waited out within the
   * time limit. A limit of 0 looks once.
   * @throws WaitTimeoutError, or the last failure where no answer has arrived within the time limit
   */
  async waitForRun(connectionId: string, runId: string, options: WaitOptions = {}): Promise<Run> {
    const { signal, timeoutMs = HOUR_MS } = options;
    const path = { connectionId, runId };
    const deadlineMs = performance.now() + timeoutMs;
    const leftMs = (): number => deadlineMs - performance.now();
    let last: Run | undefined;
    for (let early = 0, failures = 0; ;) {
      const startedMs = performance.now();
      const waitS = Math.min(MAX_WAIT_S, Math.max(0, Math.floor((leftMs() - MARGIN_MS) / 1000)));
      const limitMs = waitS * 1000 + GRACE_MS;
      let pauseForMs: number;
      try {
        const run = await within(
          timeoutMs > 0 ? Math.min(limitMs, leftMs()) : limitMs,
          signal,
          async (stop) => {
            const params = { path, query: { wait: waitS } };
            return dataOf(await this.http.GET(RUN, { params, ...this.init(stop) }));
          },
        );
        if (run.endedAt !== null) return run;
        last = run;
        failures = 0;
        const isEarly = waitS === 0 || performance.now() - startedMs < waitS * 1000 - MARGIN_MS;
        early = isEarly ? early + 1 : 0;
        pauseForMs = isEarly ? Math.min(MAX_EARLY_PAUSE_MS, EARLY_PAUSE_MS * 2 ** (early - 1)) : 0;
      } catch (error) {
        const isOver = error instanceof CallTimeoutError;
        if (signal?.aborted || !(isOver || isPassing(error))) throw error;
        pauseForMs = pauseMs(error, failures);
        failures += 1;
        if (pauseForMs >= leftMs() && (!isOver || last === undefined))
          throw isOver ? new CallTimeoutError(timeoutMs) : error;
      }
      pauseForMs = Math.min(pauseForMs, leftMs());
      if (pauseForMs > 0) await pause(pauseForMs, signal);
      if (leftMs() <= 0 && last) throw new WaitTimeoutError(last);
    }
  }

  /** Explains a schedule and lists its next firings. */
  preview(request: SchedulePreviewInput, options: CallOptions = {}): Called<SchedulePreview> {
    return this.call((init) => this.http.POST('/schedule/preview', { body: request, ...init }), options);
  }

  /** One page of sources. */
  sources(query: PageQuery = {}, options: CallOptions = {}): Called<SourceList> {
    return this.call((init) => this.http.GET('/sources', { params: { query }, ...init }), options);
  }

  /** Every source, page by page as they are asked for. */
  sourcesAll(
    query: Omit<PageQuery, 'pageToken'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Source, void> {
    return everyPage((page) => this.sources({ ...query, ...page }, options));
  }

  /** One page of destinations. */
  destinations(query: PageQuery = {}, options: CallOptions = {}): Called<DestinationList> {
    return this.call((init) => this.http.GET('/destinations', { params: { query }, ...init }), options);
  }

  /** Every destination, page by page as they are asked for. */
  destinationsAll(
    query: Omit<PageQuery, 'pageToken'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Destination, void> {
    return everyPage((page) => this.destinations({ ...query, ...page }, options));
  }

  private call<T>(send: (init: Init) => Promise<Answer<T>>, options: CallOptions): Called<T> {
    return called(this.answer(send, options));
  }

  private async answer<T>(
    send: (init: Init) => Promise<Answer<T>>,
    { signal, timeoutMs = this.timeoutMs }: CallOptions,
  ): Promise<{ data: T; response: Response }> {
    const limits = { retries: this.retries, timeoutMs, signal };
    const answer = await sendUntilAnswered((stop) => send(this.init(stop)), limits);
    return { data: dataOf(answer), response: answer.response };
  }

  /** `fetch` here throws whatever is not a good answer; that of `http` does not. */
  private init(signal: AbortSignal): Init {
    const fetch: Fetch = async (request) => {
      const { method } = request;
      try {
        return await checked(method, await this.send(request));
      } catch (error) {
        if (isProblem(error) || error instanceof UnexpectedAnswerError || signal.aborted) throw error;
        throw new NoAnswerError(error);
      }
    };
    return { signal, fetch };
  }
}

/** `fetch` of `init` has checked that there is data. */
function dataOf<T>({ data }: Answer<T>): T {
  return data as T;
}

function called<T>(answer: Promise<{ data: T; response: Response }>): Called<T> {
  const data = answer.then((it) => it.data);
  return Object.assign(data, {
    withResponse: () => {
      data.catch(() => undefined); // the caller handles the failure of `answer` instead
      return answer;
    },
  });
}

async function* everyPage<T>(
  ask: (page: { pageToken?: string }) => Called<{ data: T[]; nextPageToken: string | null }>,
): AsyncGenerator<T, void> {
  for (let pageToken: string | undefined; ;) {
    const { data: page, response } = await ask(pageToken === undefined ? {} : { pageToken }).withResponse();
    // The same token again would never end.
    if (!isPage(page) || page.nextPageToken === pageToken)
      throw new UnexpectedAnswerError(response.status, JSON.stringify(page).slice(0, 200));
    yield* page.data;
    if (page.nextPageToken === null) return;
    pageToken = page.nextPageToken;
  }
}

function isPage(page: { data?: unknown; nextPageToken?: unknown }): boolean {
  return Array.isArray(page.data) && (page.nextPageToken === null || typeof page.nextPageToken === 'string');
}

function keyOf({ idempotencyKey }: ChangeOptions): { 'Idempotency-Key': string } {
  return { 'Idempotency-Key': idempotencyKey ?? randomKey() };
}
