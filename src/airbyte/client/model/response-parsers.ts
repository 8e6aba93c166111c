import {
  type AirbyteConnection,
  type AirbyteDestination,
  type AirbyteJob,
  type AirbyteSchedule,
  type AirbyteSource,
  type AirbyteStream,
  type AirbyteTag,
  CARRIED_SETTINGS,
  type CarriedSettings,
  type SourceStream,
} from './airbyte-types';
import {
  invalidId,
  isMembers,
  type Members,
  members,
  optionalEpochSeconds,
  optionalInstant,
  optionalNumber,
  optionalText,
  recordId,
  UnusableRecordError,
  text,
} from './parse';

/** Replaces a missing enumeration value. */
const UNKNOWN = 'unknown';

/** Only the id is required. Other fields may be missing, such as `createdAt` before December 2024. */
export function parseConnection(body: unknown): AirbyteConnection {
  const from = members(body, 'connection');
  return {
    connectionId: recordId(from, 'connectionId'),
    name: optionalText(from, 'name') ?? '',
    sourceId: optionalText(from, 'sourceId') ?? '',
    destinationId: optionalText(from, 'destinationId') ?? '',
    workspaceId: optionalText(from, 'workspaceId') ?? '',
    status: optionalText(from, 'status') ?? UNKNOWN,
    schedule: parseSchedule(from['schedule']),
    streams: parseStreams(from['configurations']),
    prefix: optionalText(from, 'prefix'),
    namespaceDefinition: optionalText(from, 'namespaceDefinition'),
    namespaceFormat: optionalText(from, 'namespaceFormat'),
    tags: parseTags(from['tags']),
    createdAt: optionalEpochSeconds(from, 'createdAt'),
  };
}

function parseTags(tags: unknown): readonly AirbyteTag[] {
  if (!Array.isArray(tags)) return [];
  return tags
    .filter(isMembers)
    .map(tagOf)
    .filter(({ tagId }) => tagId !== '');
}

export function parseTag(body: unknown): AirbyteTag {
  const from = members(body, 'tag');
  return { ...tagOf(from), tagId: recordId(from, 'tagId') };
}

function tagOf(from: Members): AirbyteTag {
  return {
    tagId: optionalText(from, 'tagId') ?? '',
    workspaceId: optionalText(from, 'workspaceId') ?? '',
    name: optionalText(from, 'name') ?? '',
    color: optionalText(from, 'color') ?? '',
  };
}

function parseSchedule(value: unknown): AirbyteSchedule {
  const from = isMembers(value) ? value : {};
  return {
    scheduleType: optionalText(from, 'scheduleType') ?? UNKNOWN,
    cronExpression: optionalText(from, 'cronExpression') ?? undefined,
    basicTiming: optionalText(from, 'basicTiming') ?? undefined,
  };
}

function parseStreams(configurations: unknown): readonly AirbyteStream[] {
  const streams = isMembers(configurations) ? configurations['streams'] : undefined;
  if (!Array.isArray(streams)) return [];
  return streams.filter(isMembers).map((from) => {
    return {
      name: optionalText(from, 'name') ?? '',
      namespace: optionalText(from, 'namespace'),
      syncMode: optionalText(from, 'syncMode'),
      cursorField: texts(from['cursorField']),
      primaryKey: paths(from['primaryKey']),
      ...carriedOf(from),
    };
  });
}

function carriedOf(from: Members): { readonly carried: CarriedSettings } | undefined {
  const names = CARRIED_SETTINGS.filter((name) => isSet(from[name]));
  return names.length === 0
    ? undefined
    : { carried: Object.fromEntries(names.map((name) => [name, from[name]])) };
}

function isSet(value: unknown): boolean {
  return Array.isArray(value)
    ? value.length > 0
    : value !== undefined && value !== null && value !== false && value !== '';
}

/** A row of `GET /streams`. Airbyte spells `streamnamespace` in lower case. */
export function parseSourceStream(body: unknown): SourceStream {
  const from = members(body, 'stream');
  return {
    name: recordId(from, 'streamName'),
    namespace: optionalText(from, 'streamnamespace'),
    syncModes: Array.isArray(from['syncModes']) ? texts(from['syncModes']) : null,
    defaultCursorField: texts(from['defaultCursorField']),
    isCursorSourceDefined: from['sourceDefinedCursorField'] === true,
    sourceDefinedPrimaryKey: paths(from['sourceDefinedPrimaryKey']),
    fields: paths(from['propertyFields']),
  };
}

function paths(value: unknown): readonly (readonly string[])[] {
  return Array.isArray(value) ? value.map(texts) : [];
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** A job requires its ids and one of its times. */
export function parseJob(body: unknown): AirbyteJob {
  const from = members(body, 'job');
  const jobId = parseJobId(from);
  const connectionId = optionalText(from, 'connectionId') ?? '';
  if (connectionId === '') throw new UnusableRecordError('connectionId', 'a text');
  const lastUpdatedAt = optionalInstant(from, 'lastUpdatedAt');
  const startTime = optionalInstant(from, 'startTime') ?? lastUpdatedAt;
  if (startTime === null) throw new UnusableRecordError('startTime', 'a date and time');
  return {
    jobId,
    connectionId,
    status: optionalText(from, 'status') ?? UNKNOWN,
    jobType: optionalText(from, 'jobType') ?? UNKNOWN,
    startTimeMs: startTime.getTime(),
    lastUpdatedAtMs: lastUpdatedAt?.getTime() ?? null,
    duration: optionalText(from, 'duration'),
    rowsSynced: optionalNumber(from, 'rowsSynced'),
    bytesSynced: optionalNumber(from, 'bytesSynced'),
  };
}

function parseJobId(from: Members): string {
  const value = from['jobId'];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return value;
  throw invalidId(from, 'jobId', 'a whole number');
}

export function parseSource(body: unknown): AirbyteSource {
  const from = members(body, 'source');
  return {
    sourceId: recordId(from, 'sourceId'),
    name: optionalText(from, 'name') ?? '',
    sourceType: optionalText(from, 'sourceType'),
    definitionId: optionalText(from, 'definitionId'),
    workspaceId: optionalText(from, 'workspaceId') ?? '',
  };
}

export function parseDestination(body: unknown): AirbyteDestination {
  const from = members(body, 'destination');
  return {
    destinationId: recordId(from, 'destinationId'),
    name: optionalText(from, 'name') ?? '',
    destinationType: optionalText(from, 'destinationType'),
    definitionId: optionalText(from, 'definitionId'),
    workspaceId: optionalText(from, 'workspaceId') ?? '',
  };
}

export interface AccessToken {
  readonly accessToken: string;
  readonly expiresInS: number | null;
}

export function parseAccessToken(body: unknown): AccessToken {
  const from = members(body, 'token answer');
  return { accessToken: text(from, 'access_token'), expiresInS: optionalNumber(from, 'expires_in') };
}
