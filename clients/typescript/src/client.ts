import type { Client } from 'openapi-fetch';
import { type Answered, called, Caller } from './caller.js';
import { ConnectorClient } from './connectors.js';
import { deleteOnce } from './deletion.js';
import { isProblem } from './errors.js';
import { everyEvent } from './events.js';
import { everyPage } from './pages.js';
import { idempotencyHeader } from './parameters.js';
import { alreadyApplied } from './patch.js';
import type { paths } from './schema.js';
import { SHAPES } from './shapes.js';
import { waitForEnd } from './wait.js';
import { WebhookClient } from './webhooks.js';
import type {
  Called,
  CallOptions,
  ChangeOptions,
  ClientOptions,
  CreateIngestionInput,
  CreationCheck,
  Destination,
  DestinationList,
  EventList,
  EventQuery,
  GatewayEvent,
  Ingestion,
  IngestionList,
  IngestionListItem,
  IngestionStatusReport,
  ListQuery,
  PageQuery,
  PatchIngestionInput,
  PatchOptions,
  ListedRun,
  Run,
  RunDetails,
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

/** Client of the gateway. Every method throws a `ProblemError` if the gateway responds with a problem. */
export class IngestionClient {
  /** The openapi-fetch client, for operations without a method here. It does not throw for error responses or retry. */
  readonly http: Client<paths>;
  /** Sources, destinations and connectors. */
  readonly connectors: ConnectorClient;
  /** Receivers of events. */
  readonly webhooks: WebhookClient;
  private readonly caller: Caller;

  constructor(options: ClientOptions) {
    this.caller = new Caller(options);
    this.http = this.caller.http;
    this.connectors = new ConnectorClient(this.caller);
    this.webhooks = new WebhookClient(this.caller);
  }

  /** Creates one ingestion, even after retries. It can take minutes: Airbyte first discovers the schema of the source. */
  create(request: CreateIngestionInput, options: ChangeOptions = {}): Called<Ingestion> {
    const params = { header: idempotencyHeader(options) };
    return this.caller.call(
      SHAPES.ingestion,
      (init) => this.http.POST('/ingestion', { params, body: request, ...init }),
      options,
    );
  }

  /** Validates the request for `create` and creates nothing. `unchecked` lists fields that could not be validated. */
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

  /** Returns the last sync, the next sync, the schedule and the health of an ingestion. */
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

  /** Returns a status or a problem for each of up to 100 ids, in the same order. */
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

  /** Returns one page of ingestions. Pass `nextPageToken` as `pageToken` to get the next page. */
  list(query: ListQuery = {}, options: CallOptions = {}): Called<IngestionList> {
    return this.caller.call(
      SHAPES.ingestions,
      (init) => this.http.GET('/ingestion', { params: { query }, ...init }),
      options,
    );
  }

  /** Iterates over all ingestions that match the query. Pages are requested on demand. */
  listAll(
    query: Omit<ListQuery, 'pageToken'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<IngestionListItem, void> {
    return everyPage((page) => this.list({ ...query, ...page }, options));
  }

  /**
   * Changes the given fields only. With `ifMatch`, a retry can fail with `precondition-failed` because an earlier attempt
   * made the change and its response was lost. The ingestion is then read, and returned if it contains the change.
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

  /** Deletes an ingestion. After a retry, a 404 is a success: an earlier attempt may have deleted the ingestion. */
  delete(connectionId: string, options: CallOptions = {}): Promise<void> {
    const params = { path: { connectionId } };
    return deleteOnce(this.caller, 'ingestion-not-found', options, (init) =>
      this.http.DELETE(ONE, { params, ...init }),
    );
  }

  /** Starts a run. If a run is in progress, the call fails unless `attach` is true. */
  startRun(connectionId: string, options: StartOptions = {}): Called<Run> {
    const params = { path: { connectionId }, header: idempotencyHeader(options) };
    const body = { onConflict: options.attach ? ('attach' as const) : ('refuse' as const) };
    return this.caller.call(
      SHAPES.run,
      (init) => this.http.POST('/ingestion/{connectionId}/runs', { params, body, ...init }),
      options,
    );
  }

  /** Returns the current state of a run. */
  run(connectionId: string, runId: string, options: CallOptions = {}): Called<RunDetails> {
    return this.caller.call(
      SHAPES.runDetails,
      (init) => this.http.GET(RUN, { params: { path: { connectionId, runId } }, ...init }),
      options,
    );
  }

  /** Returns one page of runs, newest first. */
  runs(connectionId: string, query: RunsQuery = {}, options: CallOptions = {}): Called<RunList> {
    const params = { path: { connectionId }, query };
    return this.caller.call(
      SHAPES.runs,
      (init) => this.http.GET('/ingestion/{connectionId}/runs', { params, ...init }),
      options,
    );
  }

  /** Iterates over all runs that match the query, newest first. Pages are requested on demand. */
  runsAll(
    connectionId: string,
    query: Omit<RunsQuery, 'pageToken'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<ListedRun, void> {
    return everyPage((page) => this.runs(connectionId, { ...query, ...page }, options));
  }

  /** Cancels a run that has not ended. */
  cancelRun(connectionId: string, runId: string, options: ChangeOptions = {}): Called<Run> {
    const params = { path: { connectionId, runId }, header: idempotencyHeader(options) };
    return this.caller.call(
      SHAPES.run,
      (init) => this.http.POST('/ingestion/{connectionId}/runs/{runId}/cancel', { params, ...init }),
      options,
    );
  }

  /**
   * Waits until a run has ended, with or without success, and returns it. Temporary failures are retried within the time
   * limit. With a limit of 0, the run is read once.
   * @throws WaitTimeoutError if the run is still in progress, or the last error if no time remains for a retry
   */
  waitForRun(connectionId: string, runId: string, options: WaitOptions = {}): Promise<RunDetails> {
    return waitForEnd(async (waitS, stop, attempt) => {
      const params = { path: { connectionId, runId }, query: { wait: waitS } };
      const { data } = await this.caller.attempt(
        SHAPES.runDetails,
        (init) => this.http.GET(RUN, { params, ...init }),
        options,
        stop,
        attempt,
      );
      return data;
    }, options);
  }

  /** Returns a part of the event log. Pass `next` as `after` to get the following part. */
  eventList(query: EventQuery = {}, options: CallOptions = {}): Called<EventList> {
    return this.caller.call(
      SHAPES.events,
      (init) => this.http.GET('/events', { params: { query }, ...init }),
      options,
    );
  }

  /**
   * Iterates over the events after `after`, or all that are kept, and waits for new ones until the signal aborts. Store the
   * `id` of the last event that you have processed, and pass it as `after` to continue there.
   * @throws ProblemError `events-expired` if the log no longer has the event of `after`
   */
  events(
    query: Omit<EventQuery, 'limit'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<GatewayEvent, void> {
    return everyEvent(
      (after) => this.eventList(after === undefined ? query : { ...query, after }, options),
      query.after,
      options.signal,
    );
  }

  /** Explains a schedule and lists its next firings. */
  preview(request: SchedulePreviewInput, options: CallOptions = {}): Called<SchedulePreview> {
    return this.caller.call(
      SHAPES.preview,
      (init) => this.http.POST('/schedule/preview', { body: request, ...init }),
      options,
    );
  }

  /** Returns one page of sources. */
  sources(query: PageQuery = {}, options: CallOptions = {}): Called<SourceList> {
    return this.caller.call(
      SHAPES.sources,
      (init) => this.http.GET('/sources', { params: { query }, ...init }),
      options,
    );
  }

  /** Iterates over all sources. Pages are requested on demand. */
  sourcesAll(
    query: Omit<PageQuery, 'pageToken'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Source, void> {
    return everyPage((page) => this.sources({ ...query, ...page }, options));
  }

  /** Returns one page of destinations. */
  destinations(query: PageQuery = {}, options: CallOptions = {}): Called<DestinationList> {
    return this.caller.call(
      SHAPES.destinations,
      (init) => this.http.GET('/destinations', { params: { query }, ...init }),
      options,
    );
  }

  /** Iterates over all destinations. Pages are requested on demand. */
  destinationsAll(
    query: Omit<PageQuery, 'pageToken'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Destination, void> {
    return everyPage((page) => this.destinations({ ...query, ...page }, options));
  }
}
