import quartz from '../fixtures/quartz-firings.json';
import { clockOf } from '../support/clock';
import { fault, hateoas, html, json, plain } from '../support/scripted-upstream';
import {
  BERLIN,
  ORDERS,
  PROBE,
  SEVEN,
  WRITE,
  type ZonedIngestion,
  zoneProblemOf,
  TimeZoneBench,
} from '../support/time-zone-bench';
import { serveInternalApi } from '../support/upstream-internal';
import { updateConnection, ZONES } from '../support/upstream-schedules';

let now = new Date('2026-01-15T10:30:00Z');
const bench = new TimeZoneBench(clockOf(() => now));

beforeEach(() => {
  now = new Date('2026-01-15T10:30:00Z');
});

describe('with the internal API', () => {
  beforeEach(() => {
    serveInternalApi(bench.upstream);
  });

  it('a zone is written to a paused connection, read back and activated', async () => {
    const states: object[] = [];
    bench.upstream.on(WRITE, (request) => {
      states.push(...bench.rows());
      return updateConnection(bench.upstream, request);
    });
    const made = await bench.create(BERLIN);
    expect(made).toMatchObject({ schedule: { ...BERLIN, basicTiming: null }, status: 'active' });
    expect(bench.changes()).toEqual(['POST /connections', WRITE, 'PATCH /connections/:id']);
    expect(states).toEqual([
      { status: 'inactive', schedule: { scheduleType: 'cron', cronExpression: '0 00 000 ? 01 01 UTC' } },
    ]);
    expect(bench.rows()).toEqual([
      {
        status: 'active',
        schedule: { scheduleType: 'cron', cronExpression: '0000 30 2 ? * 2-6 Europe/Berlin' },
      },
    ]);
    expect(await bench.read(made.connectionId)).toEqual(made);
  });

  it('an interval that no cron expression keeps is written as one of Airbyte', async () => {
    const made = await bench.create(SEVEN);
    expect(made).toMatchObject({ schedule: { ...SEVEN, cronExpression: null, timeZone: null } });
    expect(bench.rows()).toEqual([
      { status: 'active', schedule: { scheduleType: 'basic', basicTiming: 'Every 7 HOURS' } },
    ]);
    await bench.withGateway(
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
    expect(await bench.create(BERLIN, { status: 'inactive' })).toMatchObject({ status: 'inactive' });
    expect(bench.changes()).toEqual(['POST /connections', WRITE]);
  });

  it.each([
    [{ scheduleType: 'cron', cronExpression: '0 2 * * *', timeZone: 'UTC' }],
    [{ scheduleType: 'cron', cronExpression: '0 2 * * *' }],
    [{ scheduleType: 'basic', basicTiming: 'Every 6 HOURS' }],
    [{ scheduleType: 'basic' }],
    [{ scheduleType: 'manual' }],
  ])('%j, which cron can keep, is created as before', async (schedule) => {
    await bench.create(schedule);
    expect(bench.changes()).toEqual(['POST /connections']);
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
    const { connectionId } = await bench.create({ ...BERLIN, cronExpression });
    expect(await bench.read(connectionId)).toMatchObject({ schedule: { ...BERLIN, cronExpression } });
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
    await bench.withGateway(
      async (api) => {
        const { body: made } = await api
          .post('/ingestion')
          .send({ ...ORDERS, schedule })
          .expect(201);
        const { connectionId } = made as ZonedIngestion;
        const { body } = await api.get(`/ingestion/${connectionId}/status`).expect(200);
        const seconds = (moment: string): string => moment.replace('.000Z', 'Z');
        expect(body).toMatchObject({ schedule });
        expect((body as { nextSyncs: string[] }).nextSyncs.map(seconds)).toEqual(row.next.slice(0, 3));
      },
      {},
      clockOf(() => now),
    );
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
    expect(bench.changes().filter((operation) => operation !== 'POST /ingestion/check')).toEqual([]);
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
    const { errors } = zoneProblemOf(await bench.post(schedule).expect(400));
    expect(errors?.map((error) => error.field)).toEqual([field]);
    expect(errors?.[0]?.hint).toContain(hint);
    expect(bench.changes()).toEqual([]);
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
    await bench.withGateway(async (api) => {
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
          const { errors } = zoneProblemOf(answer);
          expect(errors?.map((error) => error.field)).toEqual([field]);
          expect(errors?.[0]?.hint).toContain(hint);
          expect(errors?.[0]?.hint).toContain(`capability ${capability}, which is off: GET /capabilities`);
        }
      }
      await api.post('/schedule/preview').send({ schedule: SEVEN }).expect(400);
      expect(bench.changes()).toEqual([]);
      await api
        .post('/ingestion')
        .send({ ...ORDERS, schedule: { scheduleType: 'manual' } })
        .expect(201);
    }, settings);
  });
});
