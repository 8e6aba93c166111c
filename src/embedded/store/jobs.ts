import { arrayAt, isObject, parseObject, stringAt } from '../platform/json';
import type { StreamName } from '../protocol/stream-name';
import type { Database, SqlValue } from './database';
import { toFailure, type Failure } from './failure';
import type { Row } from './row';

export const JOB_STATUSES = [
  'pending',
  'queued',
  'running',
  'incomplete',
  'failed',
  'succeeded',
  'cancelled',
] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export const JOB_TYPES = ['sync', 'reset', 'refresh', 'clear'] as const;
export type JobType = (typeof JOB_TYPES)[number];

/** The streams of a refresh or a clear. */
export interface JobScope {
  readonly streams: readonly StreamName[];
}

/** One run of a connection with one or more attempts. */
export interface Job {
  readonly id: number;
  readonly connectionId: string;
  readonly type: JobType;
  readonly status: JobStatus;
  /** Whether the schedule started it. */
  readonly scheduled: boolean;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly updatedAt: Date;
  /** Rows that the destination committed. */
  readonly rows: number;
  readonly bytes: number;
  readonly failure: Failure | null;
  /** Null for a sync. */
  readonly scope: JobScope | null;
}

/** Filter, order and page of a list of jobs. */
export interface JobQuery {
  readonly connectionId: string | null;
  readonly workspaceIds: readonly string[];
  /** Empty for every status. */
  readonly statuses: readonly JobStatus[];
  /** Empty for every type. */
  readonly types: readonly JobType[];
  readonly createdFrom: Date | null;
  readonly createdTo: Date | null;
  readonly updatedFrom: Date | null;
  readonly updatedTo: Date | null;
  readonly orderBy: 'createdAt' | 'updatedAt';
  readonly descending: boolean;
  readonly limit: number;
  readonly offset: number;
}

const SELECT_JOB = `
  SELECT "jobs".*,
    COALESCE((SELECT SUM("rows") FROM "job_streams" WHERE "job_id" = "jobs"."id"), 0) AS "rows",
    COALESCE((SELECT SUM("bytes") FROM "job_streams" WHERE "job_id" = "jobs"."id"), 0) AS "bytes"
  FROM "jobs"`;

const UNFINISHED = `"status" IN ('pending', 'queued', 'running', 'incomplete')`;

/** Stores jobs. */
export class JobStore {
  constructor(private readonly db: Database) {}

  create(
    connectionId: string,
    type: JobType,
    scheduled: boolean,
    at: Date,
    scope: JobScope | null = null,
  ): Job {
    const { lastId } = this.db.run(
      `INSERT INTO "jobs" ("connection_id", "job_type", "status", "scheduled", "created_at", "updated_at", "scope")
       VALUES (?, ?, 'pending', ?, ?, ?, ?)`,
      connectionId,
      type,
      scheduled ? 1 : 0,
      at.getTime(),
      at.getTime(),
      scope === null ? null : JSON.stringify(scope),
    );
    const job = this.find(lastId);
    if (job === null) throw new Error(`Job ${lastId} was not found after its creation.`);
    return job;
  }

  find(id: number): Job | null {
    const row = this.db.one(`${SELECT_JOB} WHERE "id" = ?`, id);
    return row === null ? null : toJob(row);
  }

  /** The unfinished job of a connection, or null. */
  unfinishedOf(connectionId: string): Job | null {
    const row = this.db.one(`${SELECT_JOB} WHERE "connection_id" = ? AND ${UNFINISHED}`, connectionId);
    return row === null ? null : toJob(row);
  }

  /** Every unfinished job, oldest first. */
  unfinished(): Job[] {
    return this.db.all(`${SELECT_JOB} WHERE ${UNFINISHED} ORDER BY "id"`).map(toJob);
  }

  /** The newest scheduled job. The next firing is computed from it. */
  newestScheduled(connectionId: string): Job | null {
    const row = this.db.one(
      `${SELECT_JOB} WHERE "connection_id" = ? AND "scheduled" = 1 ORDER BY "id" DESC LIMIT 1`,
      connectionId,
    );
    return row === null ? null : toJob(row);
  }

  /** The newest job of a connection with one of these types and statuses; none or one. */
  newestOf(
    connectionId: string,
    types: readonly JobType[],
    statuses: readonly JobStatus[] = JOB_STATUSES,
  ): Job[] {
    return this.list({
      connectionId,
      workspaceIds: [],
      types,
      statuses,
      createdFrom: null,
      createdTo: null,
      updatedFrom: null,
      updatedTo: null,
      orderBy: 'createdAt',
      descending: true,
      limit: 1,
      offset: 0,
    });
  }

  setStatus(id: number, status: JobStatus, at: Date, failure: Failure | null = null): void {
    this.db.run(
      `UPDATE "jobs" SET "status" = ?, "updated_at" = ?,
         "started_at" = CASE WHEN ? = 'running' THEN COALESCE("started_at", ?) ELSE "started_at" END,
         "failure_type" = ?, "failure_origin" = ?, "failure_message" = ? WHERE "id" = ?`,
      status,
      at.getTime(),
      status,
      at.getTime(),
      failure?.type ?? null,
      failure?.origin ?? null,
      failure?.message ?? null,
      id,
    );
  }

  list(query: JobQuery): Job[] {
    const filter = filterOf(query);
    const column = query.orderBy === 'createdAt' ? '"created_at"' : '"updated_at"';
    const direction = query.descending ? 'DESC' : 'ASC';
    return this.db
      .all(
        `${SELECT_JOB} ${filter.sql()} ORDER BY ${column} ${direction}, "id" ${direction} LIMIT ? OFFSET ?`,
        ...filter.values,
        query.limit,
        query.offset,
      )
      .map(toJob);
  }

  /** The number of jobs on all pages of a list. */
  count(query: JobQuery): number {
    const filter = filterOf(query);
    const row = this.db.one(`SELECT COUNT(*) AS "count" FROM "jobs" ${filter.sql()}`, ...filter.values);
    return row?.integer('count') ?? 0;
  }
}

function filterOf(query: JobQuery): Filter {
  const filter = new Filter();
  filter.add('"connection_id" = ?', query.connectionId);
  filter.addOneOf('"status"', query.statuses);
  filter.addOneOf('"job_type"', query.types);
  filter.add('"created_at" >= ?', query.createdFrom?.getTime() ?? null);
  filter.add('"created_at" <= ?', query.createdTo?.getTime() ?? null);
  filter.add('"updated_at" >= ?', query.updatedFrom?.getTime() ?? null);
  filter.add('"updated_at" <= ?', query.updatedTo?.getTime() ?? null);
  if (query.connectionId === null) filter.addWorkspaces(query.workspaceIds);
  return filter;
}

class Filter {
  readonly values: SqlValue[] = [];
  private readonly conditions: string[] = [];

  add(condition: string, value: SqlValue): void {
    if (value === null) return;
    this.conditions.push(condition);
    this.values.push(value);
  }

  addOneOf(column: string, values: readonly string[]): void {
    if (values.length === 0) return;
    this.conditions.push(`${column} IN (${values.map(() => '?').join(', ')})`);
    this.values.push(...values);
  }

  addWorkspaces(ids: readonly string[]): void {
    if (ids.length === 0) return;
    const marks = ids.map(() => '?').join(', ');
    this.conditions.push(
      `"connection_id" IN (SELECT "id" FROM "connections" WHERE "workspace_id" IN (${marks}))`,
    );
    this.values.push(...ids);
  }

  sql(): string {
    return this.conditions.length === 0 ? '' : `WHERE ${this.conditions.join(' AND ')}`;
  }
}

function toJob(row: Row): Job {
  const started = row.integerOrNull('started_at');
  const [status, type] = [row.text('status'), row.text('job_type')];
  return {
    id: row.integer('id'),
    connectionId: row.text('connection_id'),
    type: JOB_TYPES.find((known) => known === type) ?? 'sync',
    status: JOB_STATUSES.find((known) => known === status) ?? 'failed',
    scheduled: row.integer('scheduled') === 1,
    createdAt: new Date(row.integer('created_at')),
    startedAt: started === null ? null : new Date(started),
    updatedAt: new Date(row.integer('updated_at')),
    rows: row.integer('rows'),
    bytes: row.integer('bytes'),
    failure: toFailure(row),
    scope: toScope(row.textOrNull('scope')),
  };
}

function toScope(text: string | null): JobScope | null {
  if (text === null) return null;
  const streams = arrayAt(parseObject(text) ?? {}, 'streams').filter(isObject);
  return {
    streams: streams.map((stream) => ({
      name: stringAt(stream, 'name') ?? '',
      namespace: stringAt(stream, 'namespace') ?? '',
    })),
  };
}
