/** Connections `known-0`, `known-1` and so on, which have run in turns, each as often as the others. */
export interface Population {
  readonly connections: number;
  readonly jobsEach: number;
}

/** A job that is newer than all others; its connection is `known-0`. */
export interface NewestJob {
  readonly isRunning: boolean;
  /** ISO 8601, of its last change. */
  readonly changedAt: string;
}

/** The newest job ended then, the one before it a second earlier. */
const NEWEST_MS = Date.parse('2026-11-01T02:00:00Z');
const MAX_ROWS = 100;

/** A page of `GET /connections`. */
export function connectionPage({ connections }: Population, query: URLSearchParams): string {
  const { offset, limit } = rangeOf(query);
  const ids = Array.from(
    { length: Math.max(0, Math.min(limit, connections - offset)) },
    (_, n) => offset + n,
  );
  return `{"data":[${ids.map((n) => connection(`known-${n}`)).join(',')}]}`;
}

/** A page of `GET /jobs`, in the order of Airbyte's ids or of the last change, which is the same here. */
export function jobPage(population: Population, newest: NewestJob | null, query: URLSearchParams): string {
  const { offset, limit } = rangeOf(query);
  const id = query.get('connectionId');
  const rows = id === null ? allJobs(population, newest, query) : jobsOf(population, newest, id);
  return `{"data":[${Array.from(rows(offset, limit)).join(',')}]}`;
}

/** Number of the newest job of all. */
export function newestJobId({ connections, jobsEach }: Population): number {
  return connections * jobsEach + 1;
}

type Rows = (offset: number, limit: number) => Iterable<string>;

function allJobs(population: Population, newest: NewestJob | null, query: URLSearchParams): Rows {
  const total = population.connections * population.jobsEach;
  const sinceMs = Date.parse(query.get('updatedAtStart') ?? '') || 0;
  const matching = Math.max(0, Math.min(total, Math.floor((NEWEST_MS - sinceMs) / 1000) + 1));
  const first = newest === null ? 0 : -1;
  return function* (offset, limit) {
    for (let age = first + offset; age < Math.min(matching, first + offset + limit); age++)
      yield age < 0 && newest ? newestJob(population, newest) : oldJob(population, age);
  };
}

function jobsOf(population: Population, newest: NewestJob | null, connectionId: string): Rows {
  const { connections, jobsEach } = population;
  const n = Number(connectionId.slice('known-'.length));
  return function* (offset, limit) {
    if (n === 0 && newest && offset === 0) yield newestJob(population, newest);
    for (let round = offset; round < Math.min(jobsEach, offset + limit); round++)
      yield oldJob(population, round * connections + n);
  };
}

/** @param age how many of the old jobs are newer */
function oldJob({ connections, jobsEach }: Population, age: number): string {
  const endedAt = new Date(NEWEST_MS - age * 1000).toISOString();
  return job(connections * jobsEach - age, `known-${age % connections}`, 'succeeded', endedAt, endedAt);
}

export function newestJob(population: Population, { isRunning, changedAt }: NewestJob): string {
  const status = isRunning ? 'running' : 'succeeded';
  return job(newestJobId(population), 'known-0', status, changedAt, isRunning ? null : changedAt);
}

export function job(
  jobId: number,
  connectionId: string,
  status: string,
  startTime: string,
  lastUpdatedAt: string | null,
): string {
  const ended = lastUpdatedAt === null ? '' : `"lastUpdatedAt":"${lastUpdatedAt}","duration":"PT5M",`;
  return (
    `{"jobId":${jobId},"status":"${status}","jobType":"sync","startTime":"${startTime}",` +
    `"connectionId":"${connectionId}",${ended}"bytesSynced":1000,"rowsSynced":10}`
  );
}

export function connection(id: string): string {
  return JSON.stringify({
    connectionId: id,
    name: 'Orders to warehouse',
    sourceId: '95e66a59-8045-4307-9678-63bc3c9b8c93',
    destinationId: 'e478de0d-a3a0-475c-b019-25f7dd29e281',
    workspaceId: '9924bcd0-99be-453d-ba47-c2c9766f7da5',
    status: 'active',
    schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ?' },
    dataResidency: 'auto',
    nonBreakingSchemaUpdatesBehavior: 'ignore',
    namespaceDefinition: 'destination',
    namespaceFormat: null,
    prefix: '',
    configurations: { streams: [{ name: 'orders', syncMode: 'full_refresh_overwrite' }] },
    createdAt: 1_768_442_400,
    tags: [],
  });
}

function rangeOf(query: URLSearchParams): { readonly offset: number; readonly limit: number } {
  return {
    offset: Number(query.get('offset') ?? 0),
    limit: Math.min(MAX_ROWS, Number(query.get('limit') ?? 20)),
  };
}
