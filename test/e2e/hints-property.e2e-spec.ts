import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { SYNC_MODES } from '../../src/airbyte/core/dto/stream.dto';
import { startGateway, type TestGateway } from '../support/gateway';
import { applied, type FieldError, type Json, proposalsOf } from '../support/hint-proposals';
import { DESTINATION_ID, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';

/** The same requests each time, unless `HINTS_SEED` names another seed. */
const SEED = Number(process.env['HINTS_SEED'] ?? 2246);
const RUNS = Number(process.env['HINTS_RUNS'] ?? 60);
const TIMEOUT_MS = 60_000 + RUNS * 3_000;
const FIELDS = [['id'], ['region'], ['updated_at']];
const ID = 'conn-12345678-1234-1234-1234-123456789012';
const UNKNOWN_ID = '0b1c2d3e-1111-4222-8333-444455556666';

/** Members that replace those of a valid request; undefined removes one. Each of them is a mistake of its own. */
type Mistake = Json;

interface Operation {
  readonly name: string;
  readonly send: (gateway: TestGateway, request: Json) => Promise<unknown>;
  readonly valid: Json;
  /** True: Airbyte itself would refuse some of the mistakes, which the scripted one accepts. */
  readonly mayAccept?: boolean;
  /** One of each list is made in a request. */
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
  { schedule: { scheduleType: 'cron', cron: '0 2 * * *' } },
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

const OPERATIONS: readonly Operation[] = [
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

const DESCRIPTION = readFileSync('openapi.json', 'utf8');
/** Fields, parameters and headers that exist, by name. */
const KNOWN_NAMES = new Set(
  [...DESCRIPTION.matchAll(/"([a-z]\w*)": \{|"name": "([\w-]+)"/gi)].map(([, a, b]) => a ?? b),
);

const errorsOf = (problem: unknown): readonly FieldError[] =>
  (problem as { readonly errors?: readonly FieldError[] }).errors ?? [];

/** One mistake of one to three lists. */
function mistakesOf({ mistakes }: Operation): fc.Arbitrary<Json> {
  return fc
    .shuffledSubarray([...mistakes], { minLength: 1, maxLength: Math.min(3, mistakes.length) })
    .chain((lists) => fc.tuple(...lists.map((list) => fc.constantFrom(...list))))
    .map((chosen) => Object.assign({}, ...chosen) as Json);
}

/** A hint that proposes nothing to send has to name something that exists. */
function faultOfName({ field, reason, hint }: FieldError): string[] {
  const routes = [...hint.matchAll(/\b(?:GET|POST|PATCH|DELETE) (\/[\w/{}]*)/g)].map(
    ([, path]) => path ?? '',
  );
  const missing = routes.filter((path) => path !== '/docs' && !DESCRIPTION.includes(`"${path}": {`));
  const names = (hint.match(/[\w-]+/g) ?? []).filter(
    (word) => /[A-Z-]|ids/.test(word) && KNOWN_NAMES.has(word),
  );
  if (missing.length > 0)
    return [`${field} ${reason}: "${hint}" names ${missing.join(', ')}, which does not exist`];
  return routes.length + names.length > 0 ? [] : [`${field} ${reason}: "${hint}" names nothing that exists`];
}

/**
 * Returns the field that a proposal has to put right: the whole schedule where it has one fault only, because a proposal may
 * change its type.
 */
function scopeOf({ field }: FieldError, errors: readonly FieldError[]): string {
  const isOfSchedule = (one: string): boolean => one.startsWith('schedule');
  const hasOneFault = errors.filter((error) => isOfSchedule(error.field)).length === 1;
  return isOfSchedule(field) && field !== 'schedule.scheduleType' && hasOneFault ? 'schedule' : field;
}

function isWithin({ field }: FieldError, scope: string): boolean {
  return field === scope || field.startsWith(`${scope}.`) || field.startsWith(`${scope}[`);
}

function failure(error: FieldError, changed: Json, again: FieldError): string {
  return `${error.field} ${error.reason}: "${error.hint}" leads to ${JSON.stringify(changed)}, which ${again.reason}`;
}

describe.each([
  ['every minute', '1'],
  ['every hour', '60'],
])('with schedules of at most once %s', (_name, minutes) => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    upstream.state.addConnection({ connectionId: ID });
    upstream.state.streams = [
      { streamName: 'orders', syncModes: [...SYNC_MODES], propertyFields: FIELDS },
      { streamName: 'people', syncModes: ['full_refresh_append'], propertyFields: FIELDS },
    ];
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, SCHEDULE_MIN_INTERVAL_MINUTES: minutes });
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  /** Sends every proposal of every hint. Returns the hints after which the field is refused again. */
  async function failuresOf({ send, valid, mayAccept }: Operation, mistakes: Json): Promise<string[]> {
    const request: Json = { ...valid, ...mistakes };
    const errors = errorsOf(await send(gateway, request));
    const failures =
      errors.length > 0 || mayAccept ? [] : [`${JSON.stringify(request)} is not refused by field`];
    for (const error of errors) {
      const proposals = proposalsOf(error);
      const scope = scopeOf(error, errors);
      if (proposals.length === 0) failures.push(...faultOfName(error));
      for (const edit of proposals) {
        const changed = applied(edit, error, request);
        const again = errorsOf(await send(gateway, changed)).filter((other) => isWithin(other, scope));
        failures.push(...again.map((other) => failure(error, changed, other)));
      }
    }
    return failures;
  }

  it.each(OPERATIONS.map((operation) => [operation.name, operation] as const))(
    'every mistake of %s has a hint that works',
    async (_operation, operation) => {
      const failures: string[] = [];
      for (const mistake of operation.mistakes.flat())
        failures.push(...(await failuresOf(operation, mistake)));
      expect(failures).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it.each(OPERATIONS.map((operation) => [operation.name, operation] as const))(
    'several mistakes of %s have hints that work',
    async (_operation, operation) => {
      await fc.assert(
        fc.asyncProperty(mistakesOf(operation), async (mistakes) => {
          expect(await failuresOf(operation, mistakes)).toEqual([]);
        }),
        { numRuns: RUNS, seed: SEED },
      );
    },
    TIMEOUT_MS,
  );
});
