import type {
  AirbyteConnection,
  AirbyteDestination,
  AirbyteJob,
  AirbyteSchedule,
  AirbyteSource,
  AirbyteStream,
  AirbyteWorkspace,
} from './airbyte.types';
import {
  epochSeconds,
  instant,
  isMembers,
  type Members,
  members,
  optionalInstant,
  optionalNumber,
  optionalText,
  ShapeError,
  text,
} from './parse';

export function parseConnection(body: unknown): AirbyteConnection {
  const from = members(body, 'connection');
  return {
    connectionId: text(from, 'connectionId'),
    name: text(from, 'name'),
    sourceId: text(from, 'sourceId'),
    destinationId: text(from, 'destinationId'),
    workspaceId: text(from, 'workspaceId'),
    status: text(from, 'status'),
    schedule: parseSchedule(from['schedule']),
    streams: parseStreams(from['configurations']),
    prefix: optionalText(from, 'prefix'),
    namespaceDefinition: optionalText(from, 'namespaceDefinition'),
    createdAt: epochSeconds(from, 'createdAt'),
  };
}

function parseSchedule(value: unknown): AirbyteSchedule {
  const from = members(value, 'schedule');
  return {
    scheduleType: text(from, 'scheduleType'),
    cronExpression: optionalText(from, 'cronExpression') ?? undefined,
    basicTiming: optionalText(from, 'basicTiming') ?? undefined,
  };
}

function parseStreams(configurations: unknown): readonly AirbyteStream[] {
  const streams = isMembers(configurations) ? configurations['streams'] : undefined;
  if (!Array.isArray(streams)) return [];
  return streams.map((stream) => {
    const from = members(stream, 'stream');
    return {
      name: text(from, 'name'),
      namespace: optionalText(from, 'namespace'),
      syncMode: optionalText(from, 'syncMode'),
      cursorField: texts(from['cursorField']),
      primaryKey: Array.isArray(from['primaryKey']) ? from['primaryKey'].map(texts) : [],
    };
  });
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

export function parseJob(body: unknown): AirbyteJob {
  const from = members(body, 'job');
  return {
    jobId: parseJobId(from),
    connectionId: text(from, 'connectionId'),
    status: text(from, 'status'),
    jobType: text(from, 'jobType'),
    startTime: instant(from, 'startTime'),
    lastUpdatedAt: optionalInstant(from, 'lastUpdatedAt'),
    duration: optionalText(from, 'duration'),
    rowsSynced: optionalNumber(from, 'rowsSynced'),
    bytesSynced: optionalNumber(from, 'bytesSynced'),
  };
}

function parseJobId(from: Members): string {
  const value = from['jobId'];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return value;
  throw new ShapeError('jobId', 'a whole number');
}

export function parseSource(body: unknown): AirbyteSource {
  const from = members(body, 'source');
  return {
    sourceId: text(from, 'sourceId'),
    name: text(from, 'name'),
    sourceType: optionalText(from, 'sourceType'),
    definitionId: optionalText(from, 'definitionId'),
    workspaceId: text(from, 'workspaceId'),
  };
}

export function parseDestination(body: unknown): AirbyteDestination {
  const from = members(body, 'destination');
  return {
    destinationId: text(from, 'destinationId'),
    name: text(from, 'name'),
    destinationType: optionalText(from, 'destinationType'),
    definitionId: optionalText(from, 'definitionId'),
    workspaceId: text(from, 'workspaceId'),
  };
}

export function parseWorkspace(body: unknown): AirbyteWorkspace {
  const from = members(body, 'workspace');
  return {
    workspaceId: text(from, 'workspaceId'),
    name: text(from, 'name'),
    dataResidency: optionalText(from, 'dataResidency'),
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
