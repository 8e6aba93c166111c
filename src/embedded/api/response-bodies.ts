import type { Schedule } from '../model/schedule';
import type { JsonObject } from '../platform/json';
import type { Actor } from '../store/actors';
import type { Connection } from '../store/connections';
import type { Job } from '../store/jobs';
import type { Tag } from '../store/tags';
import type { ApiRequest } from './router';
import { tagBody } from './routes-tags';

const TERMINAL = new Set(['failed', 'succeeded', 'cancelled']);

/** A connection in a response. As in Airbyte, the time zone is appended to the expression, and times are epoch seconds. */
export function connectionBody(connection: Connection, tags: readonly Tag[]): JsonObject {
  return {
    connectionId: connection.id,
    name: connection.name,
    sourceId: connection.sourceId,
    destinationId: connection.destinationId,
    workspaceId: connection.workspaceId,
    status: connection.status,
    schedule: publicSchedule(connection.schedule),
    ...connection.settings,
    configurations: {
      streams: connection.streams.map(({ name, namespace, syncMode, cursorField, primaryKey }) => ({
        name,
        ...(namespace === null ? {} : { namespace }),
        syncMode,
        cursorField,
        primaryKey,
        selectedFields: [],
        mappers: [],
      })),
    },
    createdAt: epochSeconds(connection.createdAt),
    tags: tags.map(tagBody),
  };
}

function publicSchedule(schedule: Schedule): JsonObject {
  switch (schedule.kind) {
    case 'manual':
      return { scheduleType: 'manual' };
    case 'cron':
      return { scheduleType: 'cron', cronExpression: `${schedule.expression} ${schedule.timeZone}` };
    case 'basic':
      return {
        scheduleType: 'basic',
        basicTiming: `Every ${schedule.units} ${schedule.timeUnit.toUpperCase()}`,
      };
  }
}

/**
 * Destinations that Airbyte's generated clients (Speakeasy: Python, Terraform) do not know. They cannot parse a response
 * with an unknown type, so they receive a type whose configuration has the same member, `destination_path`.
 */
const KNOWN_TO_GENERATED_CLIENTS: Readonly<Record<string, string>> = {
  'local-json': 'duckdb',
  sqlite: 'duckdb',
};

function typeInConfiguration(type: string, { userAgent }: Pick<ApiRequest, 'userAgent'>): string {
  const isGenerated = userAgent.startsWith('speakeasy-sdk/');
  return isGenerated ? (KNOWN_TO_GENERATED_CLIENTS[type] ?? type) : type;
}

/** A source or destination in a response. */
export function actorBody(actor: Actor, type: string, request: Pick<ApiRequest, 'userAgent'>): JsonObject {
  const names = actor.kind === 'source' ? ['sourceId', 'sourceType'] : ['destinationId', 'destinationType'];
  const [idName = '', typeName = ''] = names;
  return {
    [idName]: actor.id,
    name: actor.name,
    [typeName]: type,
    definitionId: actor.definitionId,
    workspaceId: actor.workspaceId,
    // Airbyte's generated clients select the type of a configuration by this member.
    configuration: { ...actor.shown, [typeName]: typeInConfiguration(type, request) },
    createdAt: epochSeconds(actor.createdAt),
  };
}

/** A job in a response. As in Airbyte, `startTime` is its creation, and `lastUpdatedAt` is set once it has ended. */
export function jobBody(job: Job): JsonObject {
  const pending = job.status === 'pending' || job.status === 'queued';
  return {
    jobId: job.id,
    status: job.status,
    jobType: job.type,
    startTime: offsetDateTime(job.createdAt),
    connectionId: job.connectionId,
    ...(TERMINAL.has(job.status) ? { lastUpdatedAt: offsetDateTime(job.updatedAt) } : {}),
    ...(pending
      ? {}
      : {
          duration: isoDuration(epochSeconds(job.updatedAt) - epochSeconds(job.createdAt)),
          bytesSynced: job.bytes,
          rowsSynced: job.rows,
        }),
  };
}

/** Whole seconds since 1970, as both APIs write times. */
export function epochSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

/** Java's `OffsetDateTime.toString()` in UTC to the second: seconds of `:00` are omitted. */
function offsetDateTime(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace(/:00$/, '')}Z`;
}

/** Java's `Duration.toString()`: hours may exceed 24, and parts of zero are omitted. */
function isoDuration(totalSeconds: number): string {
  const [hours, minutes, seconds] = [
    Math.floor(totalSeconds / 3600),
    Math.floor(totalSeconds / 60) % 60,
    totalSeconds % 60,
  ];
  const text = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${seconds > 0 ? `${seconds}S` : ''}`;
  return `PT${text === '' ? '0S' : text}`;
}
