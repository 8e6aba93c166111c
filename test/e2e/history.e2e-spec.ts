import { fault, hateoas, html, json } from '../support/scripted-upstream';
import { gatewayBench } from '../support/gateway-bench';
import { startGateway } from '../support/gateway';
import { CONFIG_FAILURE, EVENTS, serveInternalApi } from '../support/upstream-internal';

const ID = '9924bcd0-99be-453d-ba47-c2c9766f7da5';
const HISTORY = `/ingestion/${ID}/history`;
const TIMELINE = 'internal connections/events/list';

interface Event {
  readonly eventId: string;
  readonly changes: readonly { readonly field: string; readonly from: string; readonly to: string }[];
}
interface Page {
  readonly data: readonly Event[];
  readonly nextPageToken: string | null;
}

const bench = gatewayBench();

beforeEach(() => {
  bench.upstream.state.addConnection({ connectionId: ID });
});

const read = async (query = ''): Promise<Page> =>
  (await bench.api.get(HISTORY + query).expect(200)).body as Page;

it('tells who did what and when', async () => {
  serveInternalApi(bench.upstream).events = EVENTS;
  const { data } = await read();
  const nothing = { runId: null, runType: null, reason: null, until: null, failure: null, changes: [] };
  expect(data).toEqual([
    {
      ...nothing,
      eventId: EVENTS[0]?.id,
      at: '2026-01-15T08:00:00.000Z',
      kind: 'paused',
      by: { kind: 'user', name: 'Ada' },
      reason: 'The warehouse is being moved.',
      upstreamType: 'CONNECTION_DISABLED',
    },
    {
      ...nothing,
      eventId: EVENTS[1]?.id,
      at: '2026-01-15T02:07:41.000Z',
      kind: 'run_failed',
      by: { kind: 'airbyte', name: null },
      runId: '1',
      runType: 'sync',
      failure: {
        origin: 'source',
        type: 'config_error',
        message: CONFIG_FAILURE.externalMessage,
        retryable: false,
        advice: 'fix_configuration',
        at: '2026-01-15T02:07:41.000Z',
      },
      upstreamType: 'SYNC_FAILED',
    },
    {
      ...nothing,
      eventId: EVENTS[2]?.id,
      at: '2026-01-14T09:30:00.000Z',
      kind: 'settings_changed',
      by: { kind: 'user', name: 'Ada' },
      changes: [
        {
          field: 'schedule',
          from: '{"scheduleType":"manual","cronExpression":null,"basicTiming":null,"timeZone":null}',
          to: '{"scheduleType":"cron","cronExpression":"0 0 2 * * ?","basicTiming":null,"timeZone":"Europe/Berlin"}',
        },
        { field: 'prefix', from: 'raw_', to: null },
      ],
      upstreamType: 'CONNECTION_SETTINGS_UPDATE',
    },
  ]);
  expect(JSON.stringify(data)).not.toContain('ada@example.com');
});

it.each([
  ['SYNC_STARTED', 'run_started', 'sync'],
  ['REFRESH_SUCCEEDED', 'run_succeeded', 'refresh'],
  ['CLEAR_CANCELLED', 'run_cancelled', 'clear'],
  ['SYNC_INCOMPLETE', 'run_incomplete', 'sync'],
  ['CONNECTION_ENABLED', 'activated', null],
  ['SCHEMA_UPDATE', 'streams_changed', null],
  ['SCHEMA_CONFIG_UPDATE', 'streams_changed', null],
  ['CONNECTOR_UPDATE', 'connector_updated', null],
  ['CONNECTION_TELEPORTED', 'unknown', null],
  ['constructor', 'unknown', null],
])('an event %s is %s', async (eventType, kind, runType) => {
  serveInternalApi(bench.upstream).events = [{ ...EVENTS[1], eventType }];
  expect((await read()).data).toMatchObject([{ kind, runType, upstreamType: eventType }]);
});

const cron = (cronExpression: string): object => ({ cron: { cronExpression, cronTimeZone: 'UTC' } });
const basic = (units: number, timeUnit: string): object => ({ basicSchedule: { units, timeUnit } });

it.each([
  ['between cron expressions', { scheduleData: { from: cron('00 00 2 * * ?'), to: cron('0 30 2 * * ?') } }],
  [
    'from an interval',
    { scheduleType: { from: 'basic', to: 'manual' }, scheduleData: { from: basic(24, 'hours') } },
  ],
])('shows a change of the schedule %s as schedules are shown elsewhere', async (_, patches) => {
  serveInternalApi(bench.upstream).events = [{ ...EVENTS[2], summary: { patches } }];
  const [event] = (await read()).data;
  expect(event?.changes).toHaveLength(1);
  const { field, from, to } = event?.changes[0] ?? { field: '', from: '{}', to: '{}' };
  expect(field).toBe('schedule');
  for (const schedule of [from, to])
    expect(Object.keys(JSON.parse(schedule) as object)).toEqual([
      'scheduleType',
      'cronExpression',
      'basicTiming',
      'timeZone',
    ]);
});

it.each([
  ['without its data', { scheduleType: { from: 'basic', to: 'cron' } }],
  ['of a later version', { scheduleData: { from: { lunar: {} }, to: { lunar: { phase: 1 } } } }],
])('shows a change of the schedule %s as Airbyte reports it', async (_, patches) => {
  serveInternalApi(bench.upstream).events = [{ ...EVENTS[2], summary: { patches } }];
  expect((await read()).data).toMatchObject([{ changes: [{ field: Object.keys(patches)[0] }] }]);
});

it('masks secrets in what users wrote and changed', async () => {
  const summary = { updateReason: 'new token=abc123', patches: { url: { to: 'https://u:secret@host/' } } };
  serveInternalApi(bench.upstream).events = [{ ...EVENTS[2], summary }];
  expect(JSON.stringify((await read()).data)).not.toMatch(/abc123|secret@/);
});

describe('pages', () => {
  const many = (count: number): object[] =>
    Array.from({ length: count }, (_, n) => ({
      ...EVENTS[1],
      id: `e${count - n}`,
      createdAt: 1_768_000_000 + count - n,
    }));

  it('show every event once, while new ones are added', async () => {
    const api = serveInternalApi(bench.upstream);
    api.events = many(25);
    const seen: string[] = [];
    for (let token: string | null = ''; token !== null;) {
      const page: Page = await read(`?pageSize=10&pageToken=${token}`);
      seen.push(...page.data.map(({ eventId }) => eventId));
      token = page.nextPageToken;
      api.events = [...many(25 + seen.length).slice(0, seen.length), ...many(25)];
    }
    expect(seen).toEqual(many(25).map((event) => (event as { id: string }).id));
  });

  it('have tokens of their own ingestion only', async () => {
    serveInternalApi(bench.upstream).events = many(25);
    const { nextPageToken } = await read('?pageSize=10');
    const other = bench.upstream.state.addConnection().connectionId;
    for (const [id, token] of [
      [other, nextPageToken],
      [ID, '10-1768000025-forged'],
      [ID, 'x'],
    ] as const) {
      const { body } = await bench.api.get(`/ingestion/${id}/history?pageToken=${token ?? ''}`).expect(400);
      expect(body).toMatchObject({ errors: [{ field: 'pageToken' }] });
    }
    expect(bench.upstream.count(TIMELINE)).toBe(1);
  });

  it('are not longer than asked for, whatever the server returns', async () => {
    bench.upstream.on(TIMELINE, () => json(200, { events: many(150) }));
    expect((await read('?pageSize=10')).data).toHaveLength(10);
  });
});

describe('pauses through the gateway', () => {
  const NOTE = 'The warehouse moves. [gateway pause by key:ops until 2026-01-16T06:00:00.000Z]';
  const disabled = { ...EVENTS[0], summary: { disabledReason: NOTE } };
  const enabled = {
    id: 'enabled',
    eventType: 'CONNECTION_ENABLED',
    createdAt: Date.parse('2026-01-16T06:00:02Z') / 1000,
    summary: {},
  };
  const GATEWAY = {
    by: { kind: 'gateway', name: null },
    reason: 'The pause until 2026-01-16T06:00:00.000Z was over.',
  };

  it('have the caller, the reason and the end; the gateway ends them', async () => {
    serveInternalApi(bench.upstream).events = [enabled, EVENTS[1], disabled].filter(
      (one) => one !== undefined,
    );
    const { data } = await read();
    expect(data[0]).toMatchObject({ kind: 'activated', ...GATEWAY });
    expect(data[2]).toMatchObject({
      kind: 'paused',
      by: { kind: 'gateway', name: 'key:ops' },
      reason: 'The warehouse moves.',
      until: '2026-01-16T06:00:00.000Z',
    });
  });

  it('are known on the page of their end, too', async () => {
    serveInternalApi(bench.upstream).events = [enabled, ...Array<object>(20).fill(EVENTS[1] ?? {}), disabled];
    expect((await read('?pageSize=5')).data[0]).toMatchObject(GATEWAY);
    expect(bench.upstream.count(TIMELINE)).toBe(2);
  });

  it.each([
    ['a user', { user: { name: 'Ada' } }, 'user'],
    ['nobody, before the end', { createdAt: Date.parse('2026-01-16T05:00:00Z') / 1000 }, 'airbyte'],
  ])('are not ended by the gateway if the event is of %s', async (_, more, kind) => {
    serveInternalApi(bench.upstream).events = [{ ...enabled, ...more }, disabled];
    expect((await read()).data[0]).toMatchObject({ kind: 'activated', by: { kind }, reason: null });
  });
});

it('an unreadable event does not hide the others', async () => {
  serveInternalApi(bench.upstream).events = [{ id: 5 }, ...EVENTS, { eventType: 'SYNC_FAILED' }];
  expect((await read()).data).toHaveLength(3);
});

it.each([
  ['is turned off', undefined, { AIRBYTE_INTERNAL_API: 'off' }],
  ['answers 404', json(404, { message: 'Not Found' }), {}],
  ['answers 403', hateoas(403, 'Forbidden'), {}],
  ['answers with a page', html(200), {}],
  ['answers nothing', fault('hang'), {}],
] as const)('an internal API that %s is named as the reason', async (_, reply, settings) => {
  if (reply) bench.upstream.on(TIMELINE, () => reply);
  const gateway = await startGateway({
    AIRBYTE_API_URL: bench.upstream.url,
    AIRBYTE_TIMEOUT_MS: '1000',
    ...settings,
  });
  try {
    for (let round = 0; round < 2; round++) {
      const { body } = await gateway.api.get(HISTORY).expect(501);
      expect(body).toMatchObject({
        code: 'capability-off',
        detail: expect.stringMatching(/history, which is off\. .+\.$/) as string,
      });
    }
    expect(bench.upstream.count(TIMELINE)).toBe(reply ? 1 : 0);
  } finally {
    await gateway.close();
  }
});
