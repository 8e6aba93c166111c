import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { AxiosInstance } from 'axios';
import type { AirbyteSettings } from '../../config/settings-types';
import { inTurns } from '../../lib/in-turns';
import { AirbyteCaller, type CallerOptions, parseAtOnce } from './call/airbyte-caller';
import type {
  AirbyteConnection,
  AirbyteDestination,
  AirbyteJob,
  AirbyteSource,
  AirbyteTag,
  CallContext,
  CreateConnectionInput,
  ListJobsQuery,
  ListQuery,
  PageQuery,
  PatchConnectionInput,
  SoughtConnection,
  SourceStream,
  StartOptions,
} from './model/airbyte-types';
import { type CreationClaims, MemoryCreationClaims } from './creation/creation-claims';
import { CreationRecovery } from './creation/creation-recovery';
import { ConnectorCalls } from './connectors/connector-calls';
import type { Lane, Operation } from './model/operation';
import { operations } from './model/request-builders';
import { readAllPages } from './model/paging';
import { type Page, rows, type ShapeError } from './model/parse';
import { AxiosTransport, type Transport } from './transport/transport';
import {
  parseConnection,
  parseDestination,
  parseJob,
  parseSource,
  parseSourceStream,
  parseTag,
} from './model/response-parsers';

export interface ClientOptions extends CallerOptions {
  /** Records which request owns each created connection. Default: in-memory claims of this process. */
  readonly claims?: CreationClaims | undefined;
}

type PageRange = Required<PageQuery>;

/**
 * One method per operation of Airbyte's public API. Every method rejects with {@link AirbyteError}. Reads are
 * retried on transient failures; writes are retried only if that cannot repeat their effect.
 */
@Injectable()
export class AirbyteClient implements OnApplicationShutdown {
  /** Exposes the concurrency gate and the circuit breaker for health checks. */
  readonly caller: AirbyteCaller;
  /** Operations on sources, destinations and connectors. */
  readonly connectors: ConnectorCalls;
  private readonly recovery: CreationRecovery;

  constructor(
    private readonly settings: AirbyteSettings,
    private readonly transport: Transport,
    private readonly options: ClientOptions = {},
  ) {
    this.caller = new AirbyteCaller(settings, transport, options);
    const claims = options.claims ?? new MemoryCreationClaims();
    this.connectors = new ConnectorCalls(this.caller, claims, options.onUnreadableRow);
    this.recovery = new CreationRecovery(
      this.caller,
      // All workspaces: the workspace setting limits lists, not creations.
      (context) => this.listAllConnections({ workspaceIds: [] }, context),
      claims,
    );
  }

  /**
   * Returns the context with one deadline for all its calls: the lane's budget from now, or the deadline that
   * the context already has if that is earlier.
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
    const build = (page: PageRange): Operation =>
      operations.listConnections(this.scoped({ ...query, ...page }));
    return this.listAll(build, parseConnection, (row) => row.connectionId, context);
  }

  /**
   * Creates a connection exactly once. If the response is lost, looks the connection up; rejects with
   * `outcomeUnknown` if the lookup does not find it.
   */
  async createConnection(input: CreateConnectionInput, context?: CallContext): Promise<AirbyteConnection> {
    return this.recovery.create(operations.createConnection(input), input, context ?? {});
  }

  /**
   * Finds the connection that an earlier attempt created since `startedAt` (epoch ms). Returns `ambiguous` if a
   * connection exists that the attempt may have created. Never returns a connection that another creation owns.
   * @param sought the forms that the connection may have
   */
  findEarlierCreation(
    sought: readonly SoughtConnection[],
    startedAt: number,
    context: CallContext,
  ): Promise<AirbyteConnection | 'ambiguous' | undefined> {
    return this.recovery.findEarlier(sought, startedAt, context);
  }

  patchConnection(
    id: string,
    patch: PatchConnectionInput,
    context?: CallContext,
  ): Promise<AirbyteConnection> {
    return this.call(() => operations.patchConnection(id, patch), parseConnection, context);
  }

  /** Airbyte keeps a deleted connection with status `deprecated`. */
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

  getJob(id: string, context?: CallContext): Promise<AirbyteJob> {
    return this.call(() => operations.getJob(id), parseJob, context);
  }

  /**
   * Starts a sync. Rejects with `conflict` while another job runs. Airbyte may take minutes to respond,
   * although the job exists earlier: see `JobStarter`.
   */
  createJob(connectionId: string, context?: CallContext, options?: StartOptions): Promise<AirbyteJob> {
    return this.caller.callStart(operations.createJob(connectionId, 'sync'), parseJob, context, options);
  }

  /** Starts a job that empties the tables of all streams. Rejects like {@link createJob}. */
  createClearJob(connectionId: string, context?: CallContext, options?: StartOptions): Promise<AirbyteJob> {
    return this.caller.callStart(operations.createJob(connectionId, 'clear'), parseJob, context, options);
  }

  /** Rejects with `conflict` if the job is not running or does not exist. May take as long as a start. */
  cancelJob(id: string, context?: CallContext, options?: StartOptions): Promise<AirbyteJob> {
    return this.caller.callStart(operations.cancelJob(id), parseJob, context, options);
  }

  getSource(id: string, context?: CallContext): Promise<AirbyteSource> {
    return this.call(() => operations.getSource(id), parseSource, context);
  }

  listAllSources(query: ListQuery = {}, context?: CallContext): Promise<readonly AirbyteSource[]> {
    const build = (page: PageRange): Operation => operations.listSources(this.scoped({ ...query, ...page }));
    return this.listAll(build, parseSource, (row) => row.sourceId, context);
  }

  getDestination(id: string, context?: CallContext): Promise<AirbyteDestination> {
    return this.call(() => operations.getDestination(id), parseDestination, context);
  }

  listAllDestinations(query: ListQuery = {}, context?: CallContext): Promise<readonly AirbyteDestination[]> {
    const build = (page: PageRange): Operation =>
      operations.listDestinations(this.scoped({ ...query, ...page }));
    return this.listAll(build, parseDestination, (row) => row.destinationId, context);
  }

  /**
   * Lists the streams of a source, and their sync modes if a destination is given. Airbyte may run the source's connector
   * first, which takes up to minutes, so this call has the budget of a creation and a lane of its own.
   */
  listStreams(
    sourceId: string,
    destinationId?: string,
    context?: CallContext,
  ): Promise<readonly SourceStream[]> {
    const build = (): Operation => operations.listStreams(sourceId, destinationId);
    // This endpoint returns a bare array, unlike all others.
    return this.callList(build, parseSourceStream, context, (body) => ({ data: body }));
  }

  /** All tags of a workspace: Airbyte has at most 100 and does not page them. */
  listTags(workspaceId: string, context?: CallContext): Promise<readonly AirbyteTag[]> {
    return this.callList(() => operations.listTags(workspaceId), parseTag, context);
  }

  /** Rejects with `conflict` if the workspace has a tag of this name. */
  createTag(tag: Omit<AirbyteTag, 'tagId'>, context?: CallContext): Promise<AirbyteTag> {
    return this.call(() => operations.createTag(tag), parseTag, context);
  }

  /**
   * Resolves if Airbyte is healthy. One attempt, outside the queue, also while the circuit is open.
   * @param timeoutMs default: the budget of a read
   */
  health(timeoutMs = this.settings.timeoutMs): Promise<void> {
    return this.call(
      () => operations.health(),
      () => undefined,
      { deadlineAt: this.caller.clock.monotonicMs() + timeoutMs },
    );
  }

  /** Nest calls this after the last request was answered. Calls still in flight are aborted. */
  onApplicationShutdown(): Promise<void> {
    this.caller.stopped = true;
    return this.transport.close();
  }

  private call<T>(build: () => Operation, parse: (body: unknown) => T, context?: CallContext): Promise<T> {
    return this.caller.call(build, parseAtOnce(parse), context);
  }

  private callList<T>(
    build: () => Operation,
    parse: (row: unknown) => T,
    context?: CallContext,
    envelop = (body: unknown): unknown => body,
  ): Promise<Page<T>> {
    const onUnreadable = (error: ShapeError): void =>
      this.options.onUnreadableRow?.(build().name, error.message);
    return this.caller.call(
      build,
      (body) => inTurns(rows(envelop(body), parse, onUnreadable), context?.callerKey),
      context,
    );
  }

  /** Reads all pages within one deadline, or within the deadline that the context has. */
  private listAll<T>(
    build: (page: PageRange) => Operation,
    parse: (row: unknown) => T,
    idOf: (row: T) => string,
    context: CallContext = {},
  ): Promise<readonly T[]> {
    const whole = { ...context, deadlineAt: this.caller.deadlineOf({ lane: 'read' }, context) };
    return readAllPages((page) => this.callList(() => build(page), parse, whole), idOf);
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
  return new AirbyteClient(settings, new AxiosTransport(settings, axios), options);
}
