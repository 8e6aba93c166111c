/** The answers of all references: the same members as the gateway, mapped without checks. */

export interface Connection {
  readonly connectionId: string;
  readonly name: string;
  readonly sourceId: string;
  readonly destinationId: string;
  readonly status: string;
  readonly schedule: { readonly scheduleType: string; readonly cronExpression?: string };
  readonly createdAt: number;
}

export interface Jobs {
  readonly data: readonly { readonly status: string; readonly lastUpdatedAt: string }[];
}

export interface CreateRequest {
  readonly name: string;
  readonly sourceId: string;
  readonly destinationId: string;
  readonly status?: string;
  readonly schedule: { readonly scheduleType: string; readonly cronExpression: string };
}

export const UPSTREAM = new URL(process.env['AIRBYTE_API_URL'] ?? '');
export const PORT = Number(process.env['PORT']);
export const UPSTREAM_HEADERS = {
  accept: 'application/json',
  'content-type': 'application/json',
  authorization: 'Bearer bench',
};

export function creationBody(request: CreateRequest): Record<string, unknown> {
  const { name, sourceId, destinationId, status = 'active' } = request;
  return {
    name,
    sourceId,
    destinationId,
    status,
    schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ?' },
  };
}

export function jobsPath(id: string): string {
  return `${UPSTREAM.pathname}/jobs?connectionId=${id}&limit=20&orderBy=createdAt%7CDESC`;
}

export function created(connection: Connection): Record<string, unknown> {
  const { connectionId, sourceId, destinationId, name, status } = connection;
  const at = new Date(connection.createdAt * 1000).toISOString();
  return { connectionId, sourceId, destinationId, name, status, schedule: schedule(connection), created: at };
}

export function statusOf(connection: Connection, jobs: Jobs): Record<string, unknown> {
  const { connectionId, status } = connection;
  const lastSync = jobs.data.find((job) => job.status === 'succeeded')?.lastUpdatedAt ?? null;
  return { connectionId, status, lastSync, nextSync: null, schedule: schedule(connection) };
}

function schedule({ schedule: { scheduleType, cronExpression } }: Connection): Record<string, unknown> {
  return { scheduleType, cronExpression: cronExpression ?? null, basicTiming: null, timeZone: 'UTC' };
}
