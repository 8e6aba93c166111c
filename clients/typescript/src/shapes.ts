// Required members of each response. A response without them does not come from the gateway.
import type { components } from './schema.js';

type Schemas = components['schemas'];
type Plain<T> = T extends string
  ? 'string'
  : T extends number
    ? 'number'
    : T extends boolean
      ? 'boolean'
      : T extends readonly unknown[]
        ? 'array'
        : 'object';
type Kind = 'string' | 'number' | 'boolean' | 'array' | 'object';
type KindOf<T> = null extends T ? `${Plain<NonNullable<T>>} or null` : Plain<T>;
type RequiredOf<T> = { [M in keyof T]-?: undefined extends T[M] ? never : M }[keyof T];

/** Top-level members and their kinds. */
export type Shape = Readonly<Record<string, Kind | `${Kind} or null`>>;
/** Makes the compiler compare a shape with the required members of its schema. */
type ShapeOf<T> = { readonly [M in RequiredOf<T>]: KindOf<T[M]> };

const PAGE = { data: 'array', nextPageToken: 'string or null' } as const;

const RUN = {
  runId: 'string',
  connectionId: 'string',
  type: 'string',
  status: 'string',
  upstreamStatus: 'string or null',
  queuedAt: 'string',
  startedAt: 'string or null',
  endedAt: 'string or null',
  durationMs: 'number or null',
  rows: 'number or null',
  bytes: 'number or null',
} satisfies ShapeOf<Schemas['Run']>;

const WEBHOOK = {
  webhookId: 'string',
  url: 'string',
  description: 'string or null',
  types: 'array',
  connectionIds: 'array',
  workspaceId: 'string or null',
  status: 'string',
  disabledReason: 'string or null',
  failingSince: 'string or null',
  createdAt: 'string',
  updatedAt: 'string',
} satisfies ShapeOf<Schemas['Webhook']>;

const ACTOR = {
  name: 'string',
  type: 'string or null',
  definitionId: 'string or null',
  workspaceId: 'string',
  configuration: 'object',
  created: 'string or null',
} as const;

export const SHAPES = {
  ingestion: {
    connectionId: 'string',
    name: 'string',
    sourceId: 'string',
    destinationId: 'string',
    workspaceId: 'string',
    status: 'string',
    upstreamStatus: 'string or null',
    schedule: 'object',
    streams: 'array',
    freshness: 'string or null',
    created: 'string or null',
  } satisfies ShapeOf<Schemas['Ingestion']>,
  check: {
    schedule: 'object',
    quartzExpression: 'string or null',
    nextSyncs: 'array',
    unchecked: 'array',
    warnings: 'array',
  } satisfies ShapeOf<Schemas['CreationCheck']>,
  status: {
    connectionId: 'string',
    status: 'string',
    lastSync: 'string or null',
    nextSync: 'string or null',
    schedule: 'object or null',
    upstreamStatus: 'string or null',
    syncState: 'string',
    lastRun: 'object or null',
    currentRun: 'object or null',
    consecutiveFailures: 'number',
    freshness: 'string or null',
    withinFreshness: 'object or null',
    nextSyncReason: 'string',
    nextSyncs: 'array',
    health: 'string',
    healthReasons: 'array',
    pause: 'object or null',
    runs: 'array or null',
    observedAt: 'string',
  } satisfies ShapeOf<Schemas['IngestionStatusReport']>,
  run: RUN,
  runDetails: {
    ...RUN,
    failure: 'object or null',
    attempts: 'array or null',
    streams: 'array or null',
    progress: 'object or null',
  } satisfies ShapeOf<Schemas['RunDetails']>,
  preview: {
    description: 'string',
    unixExpression: 'string or null',
    quartzExpression: 'string or null',
    timeZone: 'string or null',
    nextSyncs: 'array',
  } satisfies ShapeOf<Schemas['SchedulePreview']>,
  statuses: { results: 'array' } satisfies ShapeOf<Schemas['StatusBatch']>,
  ingestions: PAGE satisfies ShapeOf<Schemas['IngestionList']>,
  runs: PAGE satisfies ShapeOf<Schemas['RunList']>,
  sources: PAGE satisfies ShapeOf<Schemas['SourceList']>,
  events: {
    data: 'array',
    next: 'string',
    hasMore: 'boolean',
    retentionSeconds: 'number',
    maxEvents: 'number',
    oldestObservedAt: 'string or null',
    completeUntil: 'string or null',
  } satisfies ShapeOf<Schemas['EventList']>,
  webhook: WEBHOOK,
  createdWebhook: { ...WEBHOOK, secret: 'string' } satisfies ShapeOf<Schemas['CreatedWebhook']>,
  webhooks: { data: 'array' } satisfies ShapeOf<Schemas['WebhookList']>,
  webhookSecret: {
    secret: 'string',
    previousExpiresAt: 'string',
  } satisfies ShapeOf<Schemas['WebhookSecret']>,
  webhookTest: {
    isAccepted: 'boolean',
    messageId: 'string',
    statusCode: 'number or null',
    fault: 'string or null',
    durationMs: 'number',
  } satisfies ShapeOf<Schemas['WebhookTest']>,
  deliveries: { data: 'array', next: 'number or null' } satisfies ShapeOf<Schemas['WebhookDeliveryList']>,
  delivery: {
    eventId: 'string',
    type: 'string',
    connectionId: 'string or null',
    sequence: 'number',
    observedAt: 'string',
    state: 'string',
    attempts: 'number',
    lastAttemptAt: 'string or null',
    nextAttemptAt: 'string or null',
    statusCode: 'number or null',
    fault: 'string or null',
    durationMs: 'number or null',
  } satisfies ShapeOf<Schemas['WebhookDelivery']>,
  definitions: PAGE satisfies ShapeOf<Schemas['ConnectorDefinitionList']>,
  source: { sourceId: 'string', ...ACTOR } satisfies ShapeOf<Schemas['SourceDetails']>,
  destination: { destinationId: 'string', ...ACTOR } satisfies ShapeOf<Schemas['DestinationDetails']>,
  sample: {
    sourceId: 'string',
    name: 'string',
    namespace: 'string or null',
    sampledAt: 'string',
    fields: 'array',
    rows: 'array',
    cut: 'array',
    leftOutFields: 'number',
    isComplete: 'boolean',
  } satisfies ShapeOf<Schemas['StreamSample']>,
  connectionCheck: {
    status: 'string',
    message: 'string or null',
  } satisfies ShapeOf<Schemas['ConnectionCheck']>,
  destinations: PAGE satisfies ShapeOf<Schemas['DestinationList']>,
};

export function isObject(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

/** @returns the first member that is missing or of another kind */
export function missingMember(body: Record<string, unknown>, shape: Shape): string | undefined {
  return Object.keys(shape).find((member) => {
    const found = kindOf(body[member]);
    return shape[member] !== found && shape[member] !== `${found} or null` && !isNull(found, shape[member]);
  });
}

function isNull(found: string, kind = ''): boolean {
  return found === 'null' && kind.endsWith(' or null');
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
