/** A job as Airbyte's API shows it. */
export interface JobMembers {
  jobId: number;
  connectionId: string;
  status: string;
  jobType: string;
  startTime: string;
  lastUpdatedAt?: string;
  duration?: string;
  rowsSynced?: number;
  bytesSynced?: number;
}

export interface JobRow extends JobMembers {
  /** Epoch milliseconds. Airbyte's filters compare it; its answers have whole seconds, and only when the job has ended. */
  readonly updatedAtMs: number;
  readonly createdAtMs: number;
}

/** The filters of `GET /jobs`. All bounds are inclusive. */
export interface JobFilter {
  readonly connectionId: string | null;
  /** Whether jobs of this connection are listed. Not used with a `connectionId`, as in Airbyte. */
  readonly isListed: (connectionId: string) => boolean;
  readonly status: string | null;
  readonly jobTypes: readonly string[] | null;
  readonly createdFromMs: number;
  readonly createdToMs: number;
  readonly updatedFromMs: number;
  readonly updatedToMs: number;
}

/** All jobs of an Airbyte, cheap enough for hundreds of thousands. */
export class JobHistory {
  /** Oldest first. */
  readonly rows: JobRow[] = [];
  private readonly byConnection = new Map<string, JobRow[]>();
  private nextId = 1;

  constructor(private readonly nowMs: () => number) {}

  add(members: Partial<JobMembers> & { connectionId: string }): JobRow {
    const job = new JobRecord({ jobId: this.nextId, ...members }, this.nowMs);
    this.nextId = job.jobId + 1;
    insert(this.rows, job);
    const others = this.byConnection.get(job.connectionId);
    if (others) insert(others, job);
    else this.byConnection.set(job.connectionId, [job]);
    return job;
  }

  /** Ends a job now, with the time that Airbyte shows then. */
  end(job: JobRow, status: string, counts: Pick<JobMembers, 'rowsSynced' | 'bytesSynced'> = {}): void {
    Object.assign(job, { status, ...counts });
    job.lastUpdatedAt = javaInstant(new Date(job.updatedAtMs));
  }

  /** Oldest first. */
  of(connectionId: string): readonly JobRow[] {
    return this.byConnection.get(connectionId) ?? [];
  }

  get(jobId: string): JobRow | undefined {
    return this.rows.find((row) => String(row.jobId) === jobId);
  }

  /** Removes jobs as Airbyte does with old ones, except the newest of each connection. */
  prune(isOld: (job: JobRow) => boolean): void {
    const isKept = (job: JobRow): boolean => !isOld(job) || this.of(job.connectionId).at(-1) === job;
    const kept = this.rows.filter(isKept);
    const { nextId } = this;
    this.clear();
    this.nextId = nextId;
    for (const job of kept) {
      this.rows.push(job);
      this.byConnection.set(job.connectionId, [...this.of(job.connectionId), job]);
    }
  }

  /** Removes all; ids begin at 1 again. */
  clear(): void {
    this.rows.length = 0;
    this.byConnection.clear();
    this.nextId = 1;
  }

  /** @returns null for an order that Airbyte does not know */
  list(filter: JobFilter, orderBy: string, offset: number, limit: number): readonly JobRow[] | null {
    const rows = filter.connectionId === null ? this.rows : this.of(filter.connectionId);
    const end = offset + limit;
    switch (orderBy) {
      case 'createdAt|ASC':
        return firstMatches(rows.values(), filter, end).slice(offset);
      case 'createdAt|DESC':
        return firstMatches(backwards(rows), filter, end).slice(offset);
      case 'updatedAt|ASC':
        return rows
          .filter((job) => matches(job, filter))
          .sort(byUpdate)
          .slice(offset, end);
      case 'updatedAt|DESC':
        return rows
          .filter((job) => matches(job, filter))
          .sort((a, b) => byUpdate(b, a))
          .slice(offset, end);
      default:
        return null;
    }
  }
}

/** Airbyte orders by the time of the creation, which a clock that was set back may make earlier than others. */
function insert(rows: JobRow[], job: JobRow): void {
  let at = rows.length;
  while (at > 0 && (rows[at - 1]?.createdAtMs ?? 0) > job.createdAtMs) at--;
  rows.splice(at, 0, job);
}

function firstMatches(rows: Iterable<JobRow>, filter: JobFilter, count: number): JobRow[] {
  const found: JobRow[] = [];
  for (const job of rows) {
    if (found.length === count) break;
    if (matches(job, filter)) found.push(job);
  }
  return found;
}

function* backwards(rows: readonly JobRow[]): Generator<JobRow> {
  for (let index = rows.length - 1; index >= 0; index--) {
    const job = rows[index];
    if (job) yield job;
  }
}

function matches(job: JobRow, filter: JobFilter): boolean {
  return (
    job.updatedAtMs >= filter.updatedFromMs &&
    job.updatedAtMs <= filter.updatedToMs &&
    job.createdAtMs >= filter.createdFromMs &&
    job.createdAtMs <= filter.createdToMs &&
    (filter.status === null || job.status === filter.status) &&
    (filter.jobTypes === null || filter.jobTypes.includes(job.jobType)) &&
    (filter.connectionId !== null || filter.isListed(job.connectionId))
  );
}

function byUpdate(a: JobRow, b: JobRow): number {
  return a.updatedAtMs - b.updatedAtMs || a.jobId - b.jobId;
}

/** Records the time of each change of its status. Only the members of {@link JobMembers} are its own and enumerable. */
class JobRecord implements JobRow {
  jobId: number;
  connectionId: string;
  jobType: string;
  startTime: string;
  lastUpdatedAt?: string;
  duration?: string;
  rowsSynced?: number;
  bytesSynced?: number;
  readonly #nowMs: () => number;
  readonly #createdAtMs: number;
  #updatedAtMs: number;
  #status: string;

  constructor(members: Partial<JobMembers> & { jobId: number; connectionId: string }, nowMs: () => number) {
    const { status = 'succeeded', jobType = 'sync', ...others } = members;
    const now = nowMs();
    this.#nowMs = nowMs;
    this.jobId = members.jobId;
    this.connectionId = members.connectionId;
    this.jobType = jobType;
    this.startTime = javaInstant(new Date(now));
    Object.assign(this, others);
    this.#status = status;
    this.#createdAtMs = timeOf(members.startTime) ?? now;
    this.#updatedAtMs = timeOf(members.lastUpdatedAt) ?? this.#createdAtMs;
  }

  get status(): string {
    return this.#status;
  }

  set status(status: string) {
    if (status !== this.#status) this.#updatedAtMs = this.#nowMs();
    this.#status = status;
  }

  get updatedAtMs(): number {
    return this.#updatedAtMs;
  }

  get createdAtMs(): number {
    return this.#createdAtMs;
  }

  toJSON(): object {
    return Object.assign({}, this, { status: this.#status });
  }
}

function timeOf(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** As Java's `OffsetDateTime.toString()` writes it: seconds are left out when they are zero. */
export function javaInstant(date: Date): string {
  return date.toISOString().replace(/(:00)?\.\d{3}Z$/, 'Z');
}
