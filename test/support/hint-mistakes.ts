import type { TestGateway } from './gateway';
import type { Json } from './hint-proposals';
import { DESTINATION_ID, SOURCE_ID } from './scripted-upstream';

export const FIELDS = [['id'], ['region'], ['updated_at']];
export const ID = 'conn-12345678-1234-1234-1234-123456789012';
const UNKNOWN_ID = '0b1c2d3e-1111-4222-8333-444455556666';

/** Members that replace those of a valid request; undefined removes one. Each mistake is a separate case. */
type Mistake = Json;

export interface Operation {
  readonly name: string;
  readonly send: (gateway: TestGateway, request: Json) => Promise<unknown>;
  readonly valid: Json;
  /** True: a real Airbyte would refuse some of the mistakes. The scripted one accepts them. */
  readonly mayAccept?: boolean;
  /** A request contains at most one mistake of each list. */
  readonly mistakes: readonly (readonly Mistake[])[];
}

const cron = (cronExpression: unknown, more: Json = {}): Mistake => ({
  schedule: { scheduleType: 'cron', cronExpression, ...more },
});
const basic = (basicTiming: unknown): Mistake => ({ schedule: { scheduleType: 'basic', basicTiming } });
const stream = (members: Json): Mistake => ({ streams: [{ name: 'orders', ...members }] });

const SCHEDULES: readonly Mistake[] = [
  ...[
    '*/90 * * * *',
    '0 */36 * * *',
    '0 2 * * MO',
    '@daily',
    '@every 90m',
    'every day at 2',
    'every 5 minutes',
    'twice a day',
    'weekdays at 9',
    '0 2 * * Mo-Fr',
    '0 2 * * * # nightly',
    'every blue moon',
  ].map((text) => cron(text)),
  ...['cron(0 2 * * ? *)', 'rate(6 hours)', '0 2 1-7 * MON', '0 2 1 * 1', '0 0 2 * * *', 'PT6H'].map((text) =>
    cron(text),
  ),
  ...['0 2 * * * Europe/Berlin', '61 2 * * *', '0 2 L * *', '5 2/4 * * *', '', 7].map((text) => cron(text)),
  cron('0 2 * * *', { timeZone: 'Europe/Berlin' }),
  cron('0 2 * * *', { timeZone: 'utc' }),
  cron('0 2 * * *', { timeZone: 'Mars/Olympus' }),
  ...['6h', 'hourly', 'PT30M', 'Every 7 HOURS', 'Every 90 MINUTES', 'Every 2 MONTHS', 'often', 5].map(basic),
  { schedule: '0 2 * * *' },
  { schedule: 'Every 6 HOURS' },
  { schedule: 'x' },
  { schedule: [] },
  { schedule: {} },
  { schedule: { cronExpression: '0 2 * * *' } },
  { schedule: { basicTiming: 'Every 6 HOURS' } },
  { schedule: { scheduleType: 'CRON', cronExpression: '0 2 * * *' } },
  { schedule: { scheduleType: 'weekly' } },
  { schedule: { scheduleType: 'manual', cronExpression: '0 2 * * *' } },
  { schedule: { scheduleType: 'basic', basicSchedule: { units: 6, timeUnit: 'hours' } } },
  { schedule: { scheduleType: 'cron', cron: '0 4 * * *' } },
  { schedule: { scheduleType: 'basic', units: 6, timeUnit: 'hours' } },
  { schedule: { scheduleType: 'cron', cronData: { cronExpression: '0 4 * * *', cronTimeZone: 'UTC' } } },
  { schedule: 'manual' },
  { schedule: { type: 'manual' } },
];
const NAMES: readonly Mistake[] = [{ name: '' }, { name: 7 }, { name: '  ' }, { name: 'x'.repeat(300) }];
const STATUSES: readonly Mistake[] = [
  { status: 'paused' },
  { status: 'ACTIVE' },
  { status: true },
  { status: 'gone' },
];
const STRAY: readonly Mistake[] = [
  { shedule: { scheduleType: 'manual' } },
  { colour: 'red' },
  { workspaceId: UNKNOWN_ID },
  { constructor: 1 },
];
const STREAMS: readonly Mistake[] = [
  { streams: {} },
  { streams: [] },
  { streams: ['orders'] },
  stream({ name: 'order' }),
  stream({ syncMode: 'incremental' }),
  stream({ syncMode: 'append' }),
  stream({ syncMode: 'incremental_append', cursorField: 'id' }),
  stream({ syncMode: 'incremental_append', cursorField: ['Id'] }),
  stream({ primaryKey: ['id'] }),
  stream({ sync_mode: 'full_refresh_append' }),
  stream({ namespace: 7 }),
  stream({ name: 'people' }),
  stream({ name: 'people', syncMode: 'incremental_append' }),
  stream({ syncMode: 'incremental_deduped_history' }),
];
const PAGES: readonly (readonly Mistake[])[] = [
  [{ pageSize: '0' }, { pageSize: 'all' }, { pageSize: '101' }],
  [
    { limit: '5' },
    { page: '2' },
    { per_page: '2' },
    { pagesize: '5' },
    { nextPageToken: 'x' },
    { colour: 'red' },
  ],
  [{ pageToken: 'x'.repeat(9) }],
];

const CREATION: Omit<Operation, 'name' | 'send'> = {
  valid: { name: 'Orders', sourceId: SOURCE_ID, destinationId: DESTINATION_ID },
  mistakes: [
    [...NAMES, { name: undefined }],
    [
      { sourceId: undefined },
      { sourceId: 7 },
      { sourceId: 'a b' },
      { sourceId: UNKNOWN_ID },
      { sourceId: DESTINATION_ID },
    ],
    [{ destinationId: null }, { destinationId: '' }, { destinationId: UNKNOWN_ID }],
    SCHEDULES,
    STATUSES,
    STREAMS,
    [...STRAY, { source_id: SOURCE_ID }],
  ],
};
const post =
  (path: string): Operation['send'] =>
  async ({ api }, body) =>
    (await api.post(path).send(body)).body as unknown;
const get =
  (path: string): Operation['send'] =>
  async ({ api }, query) =>
    (await api.get(path).query(query)).body as unknown;

export const OPERATIONS: readonly Operation[] = [
  { name: 'create', send: post('/ingestion'), mayAccept: true, ...CREATION },
  { name: 'check', send: post('/ingestion/check'), ...CREATION },
  {
    name: 'patch',
    send: async ({ api }, body) => (await api.patch(`/ingestion/${ID}`).send(body)).body as unknown,
    valid: {},
    mistakes: [NAMES, SCHEDULES, STATUSES, [...STRAY, { sourceId: SOURCE_ID }, { streams: [] }]],
  },
  {
    name: 'preview',
    send: post('/schedule/preview'),
    valid: { schedule: { scheduleType: 'manual' } },
    mistakes: [
      SCHEDULES.filter((one) => !/Berlin"|"utc"/.test(JSON.stringify(one))),
      [{ from: 'tomorrow' }, { from: '2026-01-15T10:30:00' }, { from: 5 }],
      [{ count: 0 }, { count: '3' }, { count: 101 }],
      STRAY,
    ],
  },
  {
    name: 'batch',
    send: post('/ingestion/status/batch'),
    valid: { ids: [ID] },
    mistakes: [
      [{ ids: [] }, { ids: ID }, { ids: ['a b'] }, { ids: undefined }],
      [{ id: ID }, ...STRAY],
    ],
  },
  {
    name: 'start',
    send: post(`/ingestion/${ID}/runs`),
    valid: {},
    mistakes: [
      [{ onConflict: 'wait' }, { onConflict: 'ATTACH' }],
      [{ on_conflict: 'attach' }, ...STRAY],
    ],
  },
  {
    name: 'list',
    send: get('/ingestion'),
    valid: {},
    mistakes: [
      [{ status: 'paused' }, { status: 'x' }],
      [{ health: 'late' }, { health: 'ok' }, { health: 'x' }],
      [{ scheduleType: 'interval' }],
      [{ sourceId: 'a b' }, { sourceid: SOURCE_ID }],
      ...PAGES,
    ],
  },
  { name: 'sources', send: get('/sources'), valid: {}, mistakes: PAGES },
  {
    name: 'runs',
    send: get(`/ingestion/${ID}/runs`),
    valid: {},
    mistakes: [
      [{ status: 'success' }, { status: 'x' }],
      [{ pageSize: '0' }],
      [{ pageToken: 'x' }],
      [{ state: 'failed' }],
    ],
  },
  {
    name: 'status',
    send: get(`/ingestion/${ID}/status`),
    valid: {},
    mistakes: [[{ freshness: '6h' }, { freshness: '3600' }, { freshness: 'P1M' }, { freshnes: 'PT6H' }]],
  },
];
