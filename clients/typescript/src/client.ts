import type { Client } from 'openapi-fetch';
import { type Answered, called, Caller } from './caller.js';
import { isProblem } from './errors.js';
import { everyPage } from './pages.js';
import { idempotencyHeader } from './parameters.js';
import { alreadyApplied } from './patch.js';
import type { paths } from './schema.js';
import { SHAPES } from './shapes.js';
import { waitForEnd } from './wait.js';
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

/** Every method throws a `ProblemError` for what the gateway refuses or cannot do. */
export class IngestionClient {
  /** openapi-fetch underneath, for what has no method of its own. It throws nothing and tries nothing again. */
  readonly http: Client<paths>;
  private readonly caller: Caller;

  constructor(options: ClientOptions) {
    this.caller = new Caller(options);
    this.http = this.caller.http;
  }

  /** Creates an ingestion once, however often it has to be tried. It can take minutes: Airbyte reads the source first. */
  create(request: CreateIngestionInput, options: ChangeOptions = {}): Called<Ingestion> {
    const params = { header: idempotencyHeader(options) };
    return this.caller.call(
      SHAPES.ingestion,
      (init) => this.http.POST('/ingestion', { params, body: request, ...init }),
      options,
    );
  }

  /** Creates nothing, but refuses what `create` would refuse. */
  check(request: CreateIngestionInput, options: CallOptions = {}): Called<CreationCheck> {
    return this.caller.call(
      SHAPES.check,
      (init) => this.http.POST('/ingestion/check', { body: request, ...init }),
      options,
    );
  }

  /** Reads an ingestion. Its `ETag` is in the headers of `withResponse()`. */
  get(connectionId: string, options: CallOptions = {}): Called<Ingestion> {
    return this.caller.call(
      SHAPES.ingestion,
      (init) => this.http.GET(ONE, { params: { path: { connectionId } }, ...init }),
      options,
    );
  }

  /** When data last arrived, when it next will, by which schedule, and whether the ingestion is healthy. */
  status(
    connectionId: string,
    query: StatusQuery = {},
    options: CallOptions = {},
  ): Called<IngestionStatusReport> {
    const params = { path: { connectionId }, query };
    return this.caller.call(
      SHAPES.status,
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
    const { results } = await this.caller.call(
      SHAPES.statuses,
      (init) => this.http.POST('/ingestion/status/batch', { params: { query }, body, ...init }),
      options,
    );
    return results;
  }

  /** One page of ingestions; `nextPageToken` asks for the next. */
  list(query: ListQuery = {}, options: CallOptions = {}): Called<IngestionList> {
    return this.caller.call(
      SHAPES.ingestions,
      (init) => this.http.GET('/ingestion', { params: { query }, ...init }),
      options,
    );
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
   * looked for: an ingestion that has it is returned.
   */
  patch(connectionId: string, request: PatchIngestionInput, options: PatchOptions = {}): Called<Ingestion> {
    const header = options.ifMatch === undefined ? {} : { 'If-Match': options.ifMatch };
    const params = { path: { connectionId }, header };
    let attempts = 0;
    const change = async (): Promise<Answered<Ingestion>> => {
      try {
        return await this.caller.answer(
          SHAPES.ingestion,
          (init) => {
            attempts += 1;
            return this.http.PATCH(ONE, { params, body: request, ...init });
          },
          options,
        );
      } catch (error) {
        if (attempts === 1 || !isProblem(error, 'precondition-failed')) throw error;
        const now = await this.get(connectionId, options).withResponse();
        if (!alreadyApplied(now.data, request)) throw error;
        return now;
      }
    };
    return called(change());
  }

  /** Deletes an ingestion. A 404 is an error only if no earlier attempt of this call can have deleted it. */
  async delete(connectionId: string, options: CallOptions = {}): Promise<void> {
    let attempts = 0;
    try {
      await this.caller.answer(
        null,
        (init) => {
          attempts += 1;
          return this.http.DELETE(ONE, { params: { path: { connectionId } }, ...init });
        },
        options,
      );
    } catch (error) {
      if (attempts === 1 || !isProblem(error, 'ingestion-not-found')) throw error;
    }
  }

  /** Starts a run; one that is in progress is refused unless `attach` is true. */
  startRun(connectionId: string, options: StartOptions = {}): Called<Run> {
    const params = { path: { connectionId }, header: idempotencyHeader(options) };
    const body = { onConflict: options.attach ? ('attach' as const) : ('refuse' as const) };
    return this.caller.call(
      SHAPES.run,
      (init) => this.http.POST('/ingestion/{connectionId}/runs', { params, body, ...init }),
      options,
    );
  }

  /** Reads a run as it is now. */
  run(connectionId: string, runId: string, options: CallOptions = {}): Called<Run> {
    return this.caller.call(
      SHAPES.run,
      (init) => this.http.GET(RUN, { params: { path: { connectionId, runId } }, ...init }),
      options,
    );
  }

  /** One page of runs, the newest first. */
  runs(connectionId: string, query: RunsQuery = {}, options: CallOptions = {}): Called<RunList> {
    const params = { path: { connectionId }, query };
    return this.caller.call(
      SHAPES.runs,
      (init) => this.http.GET('/ingestion/{connectionId}/runs', { params, ...init }),
      options,
    );
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
    const params = { path: { connectionId, runId }, header: idempotencyHeader(options) };
    return this.caller.call(
      SHAPES.run,
      (init) => this.http.POST('/ingestion/{connectionId}/runs/{runId}/cancel', { params, ...init }),
      options,
    );
  }

  /**
   * Waits until a run has ended, however it ended: look at its `status`. Failures that pass are waited out within the
   * time limit. A limit of 0 looks once.
   * @throws WaitTimeoutError, or the last failure where no answer has arrived within the time limit
   */
  waitForRun(connectionId: string, runId: string, options: WaitOptions = {}): Promise<Run> {
    return waitForEnd(async (waitS, stop, attempt) => {
      const params = { path: { connectionId, runId }, query: { wait: waitS } };
      const { data } = await this.caller.attempt(
        SHAPES.run,
        (init) => this.http.GET(RUN, { params, ...init }),
        options,
        stop,
        attempt,
      );
      return data;
    }, options);
  }

  /** Explains a schedule and lists its next firings. */
  preview(request: SchedulePreviewInput, options: CallOptions = {}): Called<SchedulePreview> {
    return this.caller.call(
      SHAPES.preview,
      (init) => this.http.POST('/schedule/preview', { body: request, ...init }),
      options,
    );
  }

  /** One page of sources. */
  sources(query: PageQuery = {}, options: CallOptions = {}): Called<SourceList> {
    return this.caller.call(
      SHAPES.sources,
      (init) => this.http.GET('/sources', { params: { query }, ...init }),
      options,
    );
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
    return this.caller.call(
      SHAPES.destinations,
      (init) => this.http.GET('/destinations', { params: { query }, ...init }),
      options,
    );
  }

  /** Every destination, page by page as they are asked for. */
  destinationsAll(
    query: Omit<PageQuery, 'pageToken'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Destination, void> {
    return everyPage((page) => this.destinations({ ...query, ...page }, options));
  }
}
