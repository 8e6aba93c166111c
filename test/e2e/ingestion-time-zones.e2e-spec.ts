import type { Clock } from '../../src/lib/clock';
import quartz from '../fixtures/quartz-firings.json';
import { clockOf } from '../support/clock';
import { gatewayBench } from '../support/gateway-bench';
import { startGateway, type TestGateway } from '../support/gateway';
import {
  DESTINATION_ID,
  fault,
  hateoas,
  html,
  json,
  plain,
  problem,
  type Reply,
  SOURCE_ID,
} from '../support/scripted-upstream';
import { serveInternalApi } from '../support/upstream-internal';
import { updateConnection, ZONES } from '../support/upstream-schedules';

const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const BERLIN = { scheduleType: 'cron', cronExpression: '30 2 * * 1-5', timeZone: 'Europe/Berlin' };
const SEVEN = { scheduleType: 'basic', basicTiming: 'Every 7 HOURS' };
const WRITE = 'internal connections/update';
const PROBE = 'internal web_backend/describe_cron_expression';

interface Ingestion {
  readonly connectionId: string;
  readonly schedule: Readonly<Record<string, unknown>>;
  readonly status: string;
}
interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly reason: string; readonly hint: string }[];
}

let now = new Date('2026-01-15T10:30:00Z');
const bench = gatewayBench(
  { STATUS_MAX_AGE_MS: '0' },
  clockOf(() => now),
);

beforeEach(() => {
  now = new Date('2026-01-15T10:30:00Z');
});

const post = (schedule: object, more: object = {}, key?: string): ReturnType<typeof bench.api.post> => {
  const request = bench.api.post('/ingestion').send({ ...ORDERS, schedule, ...more });
  return key === undefined ? request : request.set('idempotency-key', key);
};
const create = async (schedule: object, more: object = {}): Promise<Ingestion> =>
  (await post(schedule, more).expect(201)).body as Ingestion;
const read = async (id: string): Promise<Ingestion> =>
  (await bench.api.get(`/ingestion/${id}`).expect(200)).body as Ingestion;
/** A gateway that has just started, so that it knows no capability. */
async function withGateway<T>(
  run: (api: TestGateway['api']) => Promise<T>,
  settings: Record<string, string> = {},
  clock?: Clock,
): Promise<T> {
  const gateway = await startGateway(
    { AIRBYTE_API_URL: bench.upstream.url, AIRBYTE_TIMEOUT_MS: '8000', ...settings },
    clock,
  );
  try {
    return await run(gateway.api);
  } finally {
    await gateway.close();
  }
}
const problemOf = ({ body }: { body: unknown }): Problem => body as Problem;
const changes = (): string[] =>
  bench.upstream.requests
    .filter(({ method, operation }) => method !== 'GET' && operation !== PROBE)
    .map(({ operation }) => operation);
const rows = (): { status: string; schedule: object }[] =>
  [...bench.upstream.state.connections.values()]
    .filter(({ status }) => status !== 'deprecated')
    .map(({ status, schedule }) => ({ status, schedule }));

describe('with the internal API', () => {
  beforeEach(() => {
    serveInternalApi(bench.upstream);
  });

  it('a zone is written to a paused connection, read back and activated', async () => {
    const states: object[] = [];
    bench.upstream.on(WRITE, (request) => {
      states.push(...rows());
      return updateConnection(bench.upstream, request);
    });
    const made = await create(BERLIN);
    expect(made).toMatchObject({ schedule: { ...BERLIN, basicTiming: null }, status: 'active' });
    expect(changes()).toEqual(['POST /connections', WRITE, 'PATCH /connections/:id']);
    expect(states).toEqual([
      { status: 'inactive', schedule: { scheduleType: 'cron', cronExpression: '0 00 000 ? 01 01 UTC' } },
    ]);
    expect(rows()).toEqual([
      {
        status: 'active',
        schedule: { scheduleType: 'cron', cronExpression: '0000 30 2 ? * 2-6 Europe/Berlin' },
      },
    ]);
    expect(await read(made.connectionId)).toEqual(made);
  });

  it('an interval that no cron expression keeps is written as one of Airbyte', async () => {
    const made = await create(SEVEN);
    expect(made).toMatchObject({ schedule: { ...SEVEN, cronExpression: null, timeZone: null } });
    expect(rows()).toEqual([
      { status: 'active', schedule: { scheduleType: 'basic', basicTiming: 'Every 7 HOURS' } },
    ]);
    await withGateway(
      async (api) => {
        const { body } = await api.get(`/ingestion/${made.connectionId}/status`).expect(200);
        expect((body as { nextSyncs: string[] }).nextSyncs).toEqual([
          '2026-01-15T10:30:00.000Z',
          '2026-01-15T17:30:00.000Z',
          '2026-01-16T00:30:00.000Z',
        ]);
      },
      {},
      clockOf(() => now),
    );
  });

  it('a paused one stays paused', async () => {
    expect(await create(BERLIN, { status: 'inactive' })).toMatchObject({ status: 'inactive' });
    expect(changes()).toEqual(['POST /connections', WRITE]);
  });

  it.each([
    [{ scheduleType: 'cron', cronExpression: '0 2 * * *', timeZone: 'UTC' }],
    [{ scheduleType: 'cron', cronExpression: '0 2 * * *' }],
    [{ scheduleType: 'basic', basicTiming: 'Every 6 HOURS' }],
    [{ scheduleType: 'basic' }],
    [{ scheduleType: 'manual' }],
  ])('%j, which cron can keep, is created as before', async (schedule) => {
    await create(schedule);
    expect(changes()).toEqual(['POST /connections']);
    expect(bench.upstream.count(PROBE)).toBe(0);
  });

  it.each([
    ['30 2 * * *'],
    ['30 2 * * 7'],
    ['0 9-17/2 * * MON-FRI'],
    ['0 30 2 ? * MON-FRI'],
    ['0 30 2 * * ? *'],
    ['0000 30 2 * * ?'],
    ['0 0 2 L * ?'],
  ])('%s comes back as it was sent', async (cronExpression) => {
    const { connectionId } = await create({ ...BERLIN, cronExpression });
    expect(await read(connectionId)).toMatchObject({ schedule: { ...BERLIN, cronExpression } });
  });

  it.each([
    ...quartz.rows
      .filter(({ zone, expression }) => ZONES.has(zone) && /^0 \d+ \d+ /.test(expression))
      .slice(0, 12),
    // Quartz 2.3.2 around the changes to summer time and back.
    {
      expression: '0 0 2 * * ?',
      zone: 'Europe/Berlin',
      from: '2026-03-27T12:00:00Z',
      next: ['2026-03-28T01:00:00Z', '2026-03-30T00:00:00Z', '2026-03-31T00:00:00Z'],
    },
    {
      expression: '0 30 2 * * ?',
      zone: 'Europe/Berlin',
      from: '2026-10-23T12:00:00Z',
      next: ['2026-10-24T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-26T01:30:00Z'],
    },
    {
      expression: '0 0 0/6 * * ?',
      zone: 'America/New_York',
      from: '2026-03-07T20:00:00Z',
      next: ['2026-03-07T23:00:00Z', '2026-03-08T05:00:00Z', '2026-03-08T10:00:00Z'],
    },
    {
      expression: '0 0 0 1 * ?',
      zone: 'Australia/Sydney',
      from: '2026-03-15T00:00:00Z',
      next: ['2026-03-31T13:00:00Z', '2026-04-30T14:00:00Z', '2026-05-31T14:00:00Z'],
    },
  ])('the next syncs of $expression in $zone after $from are those of Quartz', async (row) => {
    now = new Date(row.from);
    const schedule = { scheduleType: 'cron', cronExpression: row.expression, timeZone: row.zone };
    await withGateway(
      async (api) => {
        const { body: made } = await api
          .post('/ingestion')
          .send({ ...ORDERS, schedule })
          .expect(201);
        const { connectionId } = made as Ingestion;
        const { body } = await api.get(`/ingestion/${connectionId}/status`).expect(200);
        const seconds = (moment: string): string => moment.replace('.000Z', 'Z');
        expect(body).toMatchObject({ schedule });
        expect((body as { nextSyncs: string[] }).nextSyncs.map(seconds)).toEqual(row.next.slice(0, 3));
      },
      {},
      clockOf(() => now),
    );
  });

  describe('a change', () => {
    const patch = (id: string, body: object): ReturnType<typeof bench.api.patch> =>
      bench.api.patch(`/ingestion/${id}`).send(body);
    const add = (row: object = {}): string =>
      bench.upstream.state.addConnection({
        schedule: { scheduleType: 'cron', cronExpression: '0000 0 2 * * ? UTC' },
        ...row,
      }).connectionId;

    it('from UTC to a zone, to another, to an interval, and back', async () => {
      const id = add();
      const steps = [
        BERLIN,
        { ...BERLIN, timeZone: 'US/Pacific' },
        SEVEN,
        { scheduleType: 'basic', basicTiming: 'Every 1 MONTHS' },
        { ...BERLIN, cronExpression: '0 3 * * *', timeZone: 'UTC' },
        BERLIN,
        { scheduleType: 'manual' },
      ];
      for (const schedule of steps) {
        expect((await patch(id, { schedule }).expect(200)).body).toMatchObject({ schedule });
        expect(await read(id)).toMatchObject({ schedule, status: 'active' });
      }
      expect(bench.upstream.count(WRITE)).toBe(5);
    });

    it('that is stored already sends nothing', async () => {
      const id = add();
      await patch(id, { schedule: BERLIN }).expect(200);
      const { schedule } = await read(id);
      await patch(id, { schedule }).expect(200);
      await patch(id, { schedule: BERLIN }).expect(200);
      expect(changes()).toEqual([WRITE]);
    });

    it('without a zone is refused where the stored schedule has one', async () => {
      const id = add();
      await patch(id, { schedule: BERLIN }).expect(200);
      const { errors } = problemOf(
        await patch(id, { schedule: { scheduleType: 'cron', cronExpression: '0 3 * * *' } }).expect(400),
      );
      expect(errors?.[0]).toMatchObject({ field: 'schedule.timeZone' });
      expect(errors?.[0]?.hint).toContain('"Europe/Berlin"');
    });

    it('pauses with the schedule, and activates after it', async () => {
      const id = add();
      await patch(id, { status: 'inactive', schedule: SEVEN, name: 'New' }).expect(200);
      expect(bench.upstream.of(WRITE)[0]?.body).toMatchObject({ status: 'inactive' });
      expect(bench.upstream.of('PATCH /connections/:id').map(({ body }) => body)).toEqual([{ name: 'New' }]);
      await patch(id, { status: 'active', schedule: BERLIN }).expect(200);
      expect(changes().slice(-2)).toEqual([WRITE, 'PATCH /connections/:id']);
      expect(await read(id)).toMatchObject({ status: 'active', schedule: BERLIN });
    });

    it('restores the former schedule and status if the rest is refused', async () => {
      for (const schedule of [
        { scheduleType: 'manual' },
        { scheduleType: 'basic', basicTiming: 'Every 5 HOURS' },
        { scheduleType: 'cron', cronExpression: '0000 0 2 * * ? America/New_York' },
        { scheduleType: 'cron', cronExpression: '0 0 2 * * ? UTC' },
      ]) {
        const id = add({ schedule });
        bench.upstream.on('PATCH /connections/:id', () => problem(400, 'The name is refused.'));
        const refusal = await patch(id, { schedule: BERLIN, status: 'inactive', name: 'No' }).expect(422);
        expect(problemOf(refusal)).toMatchObject({
          code: 'rejected-by-airbyte',
          detail: 'The name is refused.',
        });
        expect(bench.upstream.state.connections.get(id)).toMatchObject({ schedule, status: 'active' });
      }
    });

    it('that Airbyte refuses changes nothing, and is named by field', async () => {
      const id = add();
      const refusal = await patch(id, {
        name: 'New',
        schedule: { ...BERLIN, timeZone: 'Europe/Paris' },
      }).expect(422);
      expect(problemOf(refusal).errors).toEqual([expect.objectContaining({ field: 'schedule.timeZone' })]);
      expect(changes()).toEqual([WRITE]);
      expect(await read(id)).toMatchObject({ schedule: { cronExpression: '0 2 * * *', timeZone: 'UTC' } });
    });

    it('whose answer is lost is read back', async () => {
      const id = add();
      bench.upstream.on(WRITE, (request) => {
        updateConnection(bench.upstream, request);
        return fault('reset');
      });
      expect((await patch(id, { schedule: BERLIN }).expect(200)).body).toMatchObject({ schedule: BERLIN });
    });

    it('without an answer and without effect is reported as unknown', async () => {
      const id = add();
      bench.upstream.on(WRITE, () => fault('reset'));
      expect(problemOf(await patch(id, { schedule: BERLIN }).expect(504))).toMatchObject({
        code: 'outcome-unknown',
      });
    });

    it('that could not be restored says so', async () => {
      const id = add();
      bench.upstream.on(WRITE, (request, nth) =>
        nth === 1 ? updateConnection(bench.upstream, request) : json(500, { message: 'down' }),
      );
      bench.upstream.on('PATCH /connections/:id', () => problem(400, 'The name is refused.'));
      const answer = await patch(id, { schedule: BERLIN, name: 'No' }).expect(504);
      expect(problemOf(answer)).toMatchObject({
        code: 'outcome-unknown',
        detail: expect.stringContaining('could not be restored') as string,
      });
    });
  });

  it('a check accepts both, and lists the next syncs', async () => {
    const check = async (schedule: object): Promise<Readonly<Record<string, unknown>>> =>
      (
        await bench.api
          .post('/ingestion/check')
          .send({ ...ORDERS, schedule })
          .expect(200)
      ).body as Readonly<Record<string, unknown>>;
    expect(await check(BERLIN)).toMatchObject({
      schedule: BERLIN,
      nextSyncs: ['2026-01-16T01:30:00.000Z', '2026-01-19T01:30:00.000Z', '2026-01-20T01:30:00.000Z'],
    });
    expect(await check(SEVEN)).toMatchObject({
      schedule: SEVEN,
      quartzExpression: null,
      nextSyncs: ['2026-01-15T10:30:00.000Z', '2026-01-15T17:30:00.000Z', '2026-01-16T00:30:00.000Z'],
    });
    expect(changes().filter((operation) => operation !== 'POST /ingestion/check')).toEqual([]);
  });

  it('a preview accepts both', async () => {
    const preview = async (schedule: object): Promise<unknown> =>
      (await bench.api.post('/schedule/preview').send({ schedule, count: 2 }).expect(200)).body;
    expect(await preview(BERLIN)).toMatchObject({ timeZone: 'Europe/Berlin' });
    expect(await preview({ scheduleType: 'basic', basicTiming: 'Every 2 DAYS' })).toEqual({
      description: 'Every 2 days, the first time as soon as it is active',
      unixExpression: null,
      quartzExpression: null,
      timeZone: null,
      nextSyncs: ['2026-01-15T10:30:00.000Z', '2026-01-17T10:30:00.000Z'],
    });
  });

  it.each([
    [{ ...BERLIN, timeZone: 'Mars/Olympus' }, 'schedule.timeZone', 'such as "Europe/Berlin"'],
    [{ ...BERLIN, timeZone: 'europe/berlin' }, 'schedule.timeZone', 'write "Europe/Berlin"'],
    [{ ...BERLIN, timeZone: 'utc' }, 'schedule.timeZone', 'write "UTC"'],
    [{ ...BERLIN, timeZone: 'Etc/GMT+5' }, 'schedule.timeZone', 'the zone of a place'],
    [{ ...BERLIN, timeZone: '+02:00' }, 'schedule.timeZone', 'such as "Europe/Berlin"'],
    [{ ...BERLIN, cronExpression: '0 2 * * * UTC' }, 'schedule.cronExpression', 'leave UTC out'],
    [{ ...SEVEN, timeZone: 'Europe/Berlin' }, 'schedule.timeZone', 'leave timeZone out'],
    [{ scheduleType: 'manual', timeZone: 'Europe/Berlin' }, 'schedule.timeZone', 'leave timeZone out'],
    [{ ...SEVEN, basicTiming: 'Every 999999 MONTHS' }, 'schedule.basicTiming', 'shorter'],
    [{ ...SEVEN, basicTiming: 'Every 0 HOURS' }, 'schedule.basicTiming', 'write'],
  ])('%j is refused before anything is sent', async (schedule, field, hint) => {
    const { errors } = problemOf(await post(schedule).expect(400));
    expect(errors?.map((error) => error.field)).toEqual([field]);
    expect(errors?.[0]?.hint).toContain(hint);
    expect(changes()).toEqual([]);
  });
});

describe('a creation that fails', () => {
  const STAGES: readonly [string, string, () => Reply, number, string][] = [
    ['at the write, with 500', WRITE, () => json(500, { message: 'down' }), 502, 'airbyte-failed'],
    ['at the write, with a refusal', WRITE, () => problem(400, 'no such zone'), 422, 'rejected-by-airbyte'],
    ['at the write, without effect', WRITE, () => json(200, { connectionId: 'x' }), 502, 'airbyte-failed'],
    ['at the write, without an answer', WRITE, () => fault('hang'), 502, 'airbyte-failed'],
    ['at the write, with a closed connection', WRITE, () => fault('reset'), 502, 'airbyte-failed'],
    ['at the write, with 404', WRITE, () => json(404, { message: 'Not Found' }), 400, 'validation-failed'],
    ['at the write, with 403', WRITE, () => hateoas(403, 'Forbidden'), 400, 'validation-failed'],
    ['at the write, with a page', WRITE, () => html(200), 400, 'validation-failed'],
    [
      'at the reading back',
      'GET /connections/:id',
      () => json(500, { message: 'down' }),
      502,
      'airbyte-failed',
    ],
    ['at the activation', 'PATCH /connections/:id', () => problem(409, 'locked'), 409, 'conflict'],
  ];

  const send = (api: TestGateway['api'], key: string): ReturnType<typeof api.post> =>
    api
      .post('/ingestion')
      .set('idempotency-key', key)
      .send({ ...ORDERS, schedule: BERLIN });

  beforeEach(() => {
    serveInternalApi(bench.upstream);
  });

  it.each(STAGES)('%s is undone', async (_case, operation, reply, status, code) => {
    bench.upstream.on(operation, reply);
    await withGateway(async (api) => {
      expect(problemOf(await send(api, 'undone').expect(status))).toMatchObject({ code });
      expect(rows()).toEqual([]);
      expect(bench.upstream.count('DELETE /connections/:id')).toBe(1);
    });
  });

  it.each([
    [WRITE, true],
    [WRITE, false],
    ['GET /connections/:id', true],
    ['PATCH /connections/:id', true],
    ['PATCH /connections/:id', false],
  ])('at %s and cannot be undone is finished by the retry with its key', async (operation, isDone) => {
    let isDown = true;
    bench.upstream
      .on('DELETE /connections/:id', () => (isDown ? json(500, { message: 'down' }) : undefined))
      .on(operation, (request) => {
        const act = (): Reply =>
          operation === WRITE ? updateConnection(bench.upstream, request) : bench.upstream.act(request);
        if (!isDown) return act();
        if (isDone) act();
        return operation === WRITE && isDone ? act() : json(500, { message: 'down' });
      });
    if (operation === WRITE && isDone)
      bench.upstream.on('GET /connections/:id', () => (isDown ? json(500, { message: 'down' }) : undefined));
    await withGateway(async (api) => {
      expect(problemOf(await send(api, 'retry').expect(504))).toMatchObject({ code: 'outcome-unknown' });
      expect(rows()).toHaveLength(1);
      isDown = false;
      const { body } = await send(api, 'retry').expect(201);
      expect(body).toMatchObject({ schedule: BERLIN, status: 'active' });
      expect(rows()).toEqual([expect.objectContaining({ status: 'active' })]);
      expect(bench.upstream.count('POST /connections')).toBe(1);
    });
  });

  it('and cannot be undone is undone by the retry if the capability is gone', async () => {
    let isDown = true;
    bench.upstream
      .on(WRITE, () => (isDown ? json(500, { message: 'down' }) : json(404, { message: 'Not Found' })))
      .on('DELETE /connections/:id', () => (isDown ? json(500, { message: 'down' }) : undefined));
    await withGateway(async (api) => {
      await send(api, 'gone').expect(504);
      isDown = false;
      await send(api, 'gone').expect(400);
      expect(rows()).toEqual([]);
    });
  });

  it('leaves the connections of others alone', async () => {
    const placeholder = { scheduleType: 'cron', cronExpression: '0 00 000 ? 01 01 UTC' };
    bench.upstream.state.addConnection({ name: 'Other', status: 'inactive', schedule: placeholder });
    let isDown = true;
    bench.upstream
      .on(WRITE, () => (isDown ? json(500, { message: 'down' }) : undefined))
      .on('DELETE /connections/:id', () => (isDown ? json(500, { message: 'down' }) : undefined));
    await withGateway(async (api) => {
      await send(api, 'others').expect(504);
      isDown = false;
      serveInternalApi(bench.upstream);
      await send(api, 'others').expect(201);
      expect(rows()).toEqual([
        { status: 'inactive', schedule: placeholder },
        expect.objectContaining({ status: 'active' }),
      ]);
    });
  });
});

describe('without the internal API', () => {
  it.each([
    ['that is turned off', undefined, { AIRBYTE_INTERNAL_API: 'off' }],
    ['that answers 404', json(404, { message: 'Not Found' }), {}],
    ['that answers 403', hateoas(403, 'Forbidden'), {}],
    ['that answers with a page', html(200), {}],
    ['that answers with other JSON', json(200, { ok: true }), {}],
    ['that answers with text', plain(200, 'fine'), {}],
    ['that answers nothing', fault('hang'), {}],
  ] as const)('%s, both are refused as before, with the capability', async (_case, reply, settings) => {
    if (reply) bench.upstream.on(PROBE, () => reply).on(WRITE, () => reply);
    const id = bench.upstream.state.addConnection().connectionId;
    await withGateway(async (api) => {
      for (const [schedule, field, capability, hint] of [
        [BERLIN, 'schedule.timeZone', 'timeZones', 'in UTC'],
        [SEVEN, 'schedule.basicTiming', 'intervals', 'write "Every 6 HOURS" or "Every 8 HOURS"'],
      ] as const) {
        const answers = [
          await api
            .post('/ingestion')
            .send({ ...ORDERS, schedule })
            .expect(400),
          await api
            .post('/ingestion/check')
            .send({ ...ORDERS, schedule })
            .expect(400),
          await api.patch(`/ingestion/${id}`).send({ schedule }).expect(400),
        ];
        for (const answer of answers) {
          const { errors } = problemOf(answer);
          expect(errors?.map((error) => error.field)).toEqual([field]);
          expect(errors?.[0]?.hint).toContain(hint);
          expect(errors?.[0]?.hint).toContain(`capability ${capability}, which is off: GET /capabilities`);
        }
      }
      await api.post('/schedule/preview').send({ schedule: SEVEN }).expect(400);
      expect(changes()).toEqual([]);
      await api
        .post('/ingestion')
        .send({ ...ORDERS, schedule: { scheduleType: 'manual' } })
        .expect(201);
    }, settings);
  });
});
