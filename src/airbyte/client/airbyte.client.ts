import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { AxiosInstance } from 'axios';
import type { AirbyteSettings } from '../../config/settings-types';
import { inTurns } from '../../lib/in-turns';
import { AirbyteCaller, type CallerOptions } from './call/airbyte-caller';
import type {
  AirbyteConnection,
  AirbyteDestination,
  AirbyteJob,
  AirbyteSource,
  AirbyteWorkspace,
  CallContext,
  CreateConnectionInput,
  ListJobsQuery,
  ListQuery,
  PageQuery,
  PatchConnectionInput,
  SourceStream,
  StartOptions,
} from './model/airbyte-types';
import { type CreationClaims, MemoryCreationClaims } from './creation/creation-claims';
import { CreationRecovery } from './creation/creation-recovery';
import type { Lane, Operation } from './model/operation';
import { operations } from './model/request-builders';
import { collect, paginate } from './model/paging';
import { type Page, rows, type ShapeError } from './model/parse';
import { AxiosTransport, type Transport } from './transport/transport';
import {
  parseConnection,
  parseDestination,
  parseJob,
  parseSource,
  parseSourceStream,
  parseWorkspace,
} from './model/response-parsers';

export interface ClientOptions extends CallerOptions {
  /** Which request each created connection belongs to. Default: claims of this process alone. */
  readonly claims?: CreationClaims | undefined;
}

type PageRange = Required<PageQuery>;

/**
 * One method per operation of Airbyte's public API. Every method rejects with {@link AirbyteError}; reads repeat what
 * failed for a moment, changes only where that cannot do anything twice.
 */
@Injectable()
export class AirbyteClient implements OnApplicationShutdown {
  /** Its gate and breaker tell how busy and how well Airbyte is. */
  readonly caller: AirbyteCaller;
  private readonly recovery: CreationRecovery;

  constructor(
    private readonly settings: AirbyteSettings,
    private readonly transport: Transport,
    private readonly options: ClientOptions = {},
  ) {
    this.caller = new AirbyteCaller(settings, transport, options);
    this.recovery = new CreationRecovery(
      this.caller,
      // Of all workspaces: the setting limits what is listed, not where creations go.
      (context) => this.listAllConnections({ workspaceIds: [] }, context),
      options.claims ?? new MemoryCreationClaims(),
    );
  }

  /**
   * A context whose calls share one budget: it begins now, and ends with the one that `context` has already at the
   * latest. For requests that take several calls.
   */
  withDeadline<T extends CallContext>(context: T, lane: Lane = 'read'): T & { readonly deadlineAt: number } {
    const endsAt = this.caller.deadlineOf({ lane }, {});
    return { ...context, deadlineAt: Math.min(context.deadlineAt ?? endsAt, endsAt) };
  }

  getConnection(id: string, context?: CallContext): Promise<AirbyteConnection> {
    return this.call(() => operations.getConnection(id), parseConnection, context);
  }

  listConnections(query: ListQuery = {}, context?: CallContext): Promise<Page<AirbyteConnection>> {
    return this.callList(() => operations.listConnections(this.scoped(query)), parseConnection, context);
  }

  listAllConnections(query: ListQuery = {}, context?: CallContext): Promise<readonly AirbyteConnection[]> {
    const fetch = (page: PageRange, whole: CallContext): Promise<Page<AirbyteConnection>> =>
      this.listConnections({ ...query, ...page }, whole);
    return this.listAll(fetch, (row) => row.connectionId, context);
  }

  /**
   * Creates a connection, once. When the answer is lost, looks whether the connection came to be; if nobody can tell,
   * rejects with `outcomeUnknown`.
   */
  async createConnection(input: CreateConnectionInput, context?: CallContext): Promise<AirbyteConnection> {
    return this.recovery.create(operations.createConnection(input), input, context ?? {});
  }

  /**
   * The connection that an earlier attempt to create it has made since `startedAt` (epoch milliseconds), if it has;
   * `ambiguous` when one exists that it may have made. Never one whose own creation was answered by this client.
   */
  findEarlierCreation(
    input: CreateConnectionInput,
    startedAt: number,
    context: CallContext,
  ): Promise<AirbyteConnection | 'ambiguous' | undefined> {
    return this.recovery.findEarlier(input, startedAt, context);
  }

  patchConnection(
    id: string,
    patch: PatchConnectionInput,
    context?: CallContext,
  ): Promise<AirbyteConnection> {
    return this.call(() => operations.patchConnection(id, patch), parseConnection, context);
  }

  /** Airbyte keeps a deleted connection, with status `deprecated`. */
  deleteConnection(id: string, context?: CallContext): Promise<void> {
    return this.call(
      () => operations.deleteConnection(id),
      () => undefined,
      context,
    );
  }

  /** Newest first. */
  listJobs(query: ListJobsQuery = {}, context?: CallContext): Promise<Page<AirbyteJob>> {
    return this.callList(() => operations.listJobs(this.scopedJobs(query)), parseJob, context);
  }

  /** Newest first, page by page as they are asked for, all within one budget. */
  listAllJobs(
    query: Omit<ListJobsQuery, keyof PageQuery> = {},
    context?: CallContext,
  ): AsyncGenerator<AirbyteJob> {
    const whole = this.withDefaultDeadline(context);
    return paginate(
      (page) => this.listJobs({ ...query, ...page }, whole),
      (row) => row.jobId,
    );
  }

  getJob(id: string, context?: CallContext): Promise<AirbyteJob> {
    return this.call(() => operations.getJob(id), parseJob, context);
  }

  /**
   * Starts a job. `conflict` when one is running already. Airbyte may take minutes to answer, while the job exists
   * after a moment already: see `JobStarter`.
   */
  createJob(connectionId: string, context?: CallContext, options?: StartOptions): Promise<AirbyteJob> {
    return this.callInStartLane(() => operations.createJob(connectionId, 'sync'), context, options);
  }

  /** `conflict` when it is not running, and for an id that does not exist. May take as long as a start. */
  cancelJob(id: string, context?: CallContext, options?: StartOptions): Promise<AirbyteJob> {
    return this.callInStartLane(() => operations.cancelJob(id), context, options);
  }

  getSource(id: string, context?: CallContext): Promise<AirbyteSource> {
    return this.call(() => operations.getSource(id), parseSource, context);
  }

  listSources(query: ListQuery = {}, context?: CallContext): Promise<Page<AirbyteSource>> {
    return this.callList(() => operations.listSources(this.scoped(query)), parseSource, context);
  }

  listAllSources(query: ListQuery = {}, context?: CallContext): Promise<readonly AirbyteSource[]> {
    const fetch = (page: PageRange, whole: CallContext): Promise<Page<AirbyteSource>> =>
      this.listSources({ ...query, ...page }, whole);
    return this.listAll(fetch, (row) => row.sourceId, context);
  }

  getDestination(id: string, context?: CallContext): Promise<AirbyteDestination> {
    return this.call(() => operations.getDestination(id), parseDestination, context);
  }

  listDestinations(query: ListQuery = {}, context?: CallContext): Promise<Page<AirbyteDestination>> {
    return this.callList(() => operations.listDestinations(this.scoped(query)), parseDestination, context);
  }

  listAllDestinations(query: ListQuery = {}, context?: CallContext): Promise<readonly AirbyteDestination[]> {
    const fetch = (page: PageRange, whole: CallContext): Promise<Page<AirbyteDestination>> =>
      this.listDestinations({ ...query, ...page }, whole);
    return this.listAll(fetch, (row) => row.destinationId, context);
  }

  /**
   * The streams of a source and how each can be synced to the destination. Airbyte may run the source's connector first,
   * which takes up to minutes; its budget and its places are those of creations.
   */
  listStreams(
    sourceId: string,
    destinationId: string,
    context?: CallContext,
  ): Promise<readonly SourceStream[]> {
    const build = (): Operation => operations.listStreams(sourceId, destinationId);
    // A bare list, unlike all others.
    return this.callList(build, parseSourceStream, context, (body) => ({ data: body }));
  }

  getWorkspace(id: string, context?: CallContext): Promise<AirbyteWorkspace> {
    return this.call(() => operations.getWorkspace(id), parseWorkspace, context);
  }

  listWorkspaces(query: PageQuery = {}, context?: CallContext): Promise<Page<AirbyteWorkspace>> {
    return this.callList(() => operations.listWorkspaces(query), parseWorkspace, context);
  }

  listAllWorkspaces(context?: CallContext): Promise<readonly AirbyteWorkspace[]> {
    const fetch = (page: PageRange, whole: CallContext): Promise<Page<AirbyteWorkspace>> =>
      this.listWorkspaces(page, whole);
    return this.listAll(fetch, (row) => row.workspaceId, context);
  }

  /**
   * Resolves when Airbyte says that it is well. One attempt, made even while the circuit is open, and outside of the
   * queue. @param timeoutMs default: the budget of a read
   */
  health(timeoutMs = this.settings.timeoutMs): Promise<void> {
    return this.call(
      () => operations.health(),
      () => undefined,
      { deadlineAt: this.caller.clock.monotonicMs() + timeoutMs },
    );
  }

  /** Nest calls this after the last request was answered; what is still in flight belongs to nobody and is cut. */
  onApplicationShutdown(): Promise<void> {
    this.caller.stopped = true;
    return this.transport.close();
  }

  /** The budget begins when the place is there: waiting for it does not count against it. */
  private async callInStartLane(
    build: () => Operation,
    context: CallContext = {},
    { beforeSending, skipsQueue = false }: StartOptions = {},
  ): Promise<AirbyteJob> {
    const operation = build();
    const release = skipsQueue ? () => undefined : await this.caller.admitStart(operation, context);
    try {
      await beforeSending?.();
      return await this.call(() => operation, parseJob, context);
    } finally {
      release();
    }
  }

  private call<T>(
    build: () => Operation,
    parse: (body: unknown) => T | Promise<T>,
    context?: CallContext,
  ): Promise<T> {
    return this.caller.call(build, parse, context);
  }

  private callList<T>(
    build: () => Operation,
    parse: (row: unknown) => T,
    context?: CallContext,
    envelop = (body: unknown): unknown => body,
  ): Promise<Page<T>> {
    const onUnreadable = (error: ShapeError): void =>
      this.options.onUnreadableRow?.(build().name, error.message);
    const read = (body: unknown): Page<T> | Promise<Page<T>> =>
      inTurns(rows(envelop(body), parse, onUnreadable));
    return this.call(build, read, context);
  }

  private listAll<T>(
    fetch: (page: PageRange, whole: CallContext) => Promise<Page<T>>,
    idOf: (row: T) => string,
    context?: CallContext,
  ): Promise<readonly T[]> {
    const whole = this.withDefaultDeadline(context);
    return collect(paginate((page) => fetch(page, whole), idOf));
  }

  /** One budget for all pages. */
  private withDefaultDeadline(context: CallContext = {}): CallContext {
    return { ...context, deadlineAt: this.caller.deadlineOf({ lane: 'read' }, context) };
  }

  private scoped<T extends ListQuery>(query: T): T {
    const { workspaceId } = this.settings;
    return query.workspaceIds !== undefined || workspaceId === null
      ? query
      : { ...query, workspaceIds: [workspaceId] };
  }

  private scopedJobs(query: ListJobsQuery): ListJobsQuery {
    return query.connectionId === undefined ? this.scoped(query) : query;
  }
}

/** Creates a client that sends through the axios instance of `@nestjs/axios` (`HttpService.axiosRef`). */
export function createAirbyteClient(
  settings: AirbyteSettings,
  axios: AxiosInstance,
  options: ClientOptions = {},
): AirbyteClient {
  return new AirbyteClient(settings, new AxiosTransport(settings.apiUrl, axios), options);
}
