import { clockOf } from '../support/clock';
import { gatewayBench } from '../support/gateway-bench';
import { DESTINATION_ID, problem, SOURCE_ID } from '../support/scripted-upstream';

const NOW = new Date('2026-01-15T10:30:00Z');
const MANUAL = { scheduleType: 'manual', cronExpression: null, basicTiming: null, timeZone: null };
const ORDERS = { name: 'Orders', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const ELSEWHERE = '77777777-7777-4777-8777-777777777777';

const bench = gatewayBench(
  {},
  clockOf(() => NOW),
);

describe('POST /ingestion', () => {
  it('sends streams to Airbyte, and GET returns them', async () => {
    const streams = [
      {
        name: 'orders',
        namespace: 'public',
        syncMode: 'incremental_deduped_history',
        cursorField: ['at'],
        primaryKey: [['id']],
      },
      { name: 'lines', namespace: null, syncMode: null, cursorField: null, primaryKey: null },
    ];
    const created = await bench.api
      .post('/ingestion')
      .send({ ...ORDERS, streams })
      .expect(201);
    expect(bench.upstream.of('POST /connections')[0]?.body).toMatchObject({
      configurations: { streams: [streams[0], { name: 'lines' }] },
    });
    const { connectionId } = created.body as { connectionId: string };
    const { body } = await bench.api.get(`/ingestion/${connectionId}`).expect(200);
    expect(body).toMatchObject({
      streams: [streams[0], { name: 'lines', syncMode: null, cursorField: [] }],
    });
  });

  it.each([
    ['streams', []],
    ['streams', 'orders'],
    ['streams', [[]]],
    ['streams', [[{ name: 'a' }]]],
    ['streams[0].name', [{}]],
    ['streams[1].syncMode', [{ name: 'a' }, { name: 'b', syncMode: 'append' }]],
    ['streams[0].cursorField', [{ name: 'a', cursorField: 'at' }]],
    ['streams[0].primaryKey', [{ name: 'a', primaryKey: ['id'] }]],
    ['streams[0].selected', [{ name: 'a', selected: true }]],
  ])('refuses at %s: %j', async (field, streams) => {
    const response = await bench.api
      .post('/ingestion')
      .send({ ...ORDERS, streams })
      .expect(400);
    expect(response.body).toMatchObject({ errors: [{ field }] });
    expect(bench.upstream.requests).toEqual([]);
  });

  it('answers 422 if source and destination are in different workspaces', async () => {
    bench.upstream.state.addDestination('far', ELSEWHERE);
    bench.upstream.on('POST /connections', () => problem(500, null));
    const response = await bench.api
      .post('/ingestion')
      .send({ ...ORDERS, destinationId: 'far' })
      .expect(422);
    expect(response.body).toMatchObject({ code: 'workspace-mismatch' });
  });
});

describe('POST /ingestion/check', () => {
  const check = (body: object): ReturnType<typeof bench.api.post> =>
    bench.api.post('/ingestion/check').send({ ...ORDERS, ...body });

  it('returns the Quartz expression and the next syncs, and creates nothing', async () => {
    const response = await check({
      schedule: { scheduleType: 'cron', cronExpression: '0 2 * * *' },
    }).expect(200);
    expect(bench.upstream.requests.map(({ operation }) => operation)).toEqual([
      'GET /sources/:id',
      'GET /destinations/:id',
      'GET /connections',
    ]);
    expect(response.body).toEqual({
      schedule: { scheduleType: 'cron', cronExpression: '0 2 * * *', basicTiming: null, timeZone: 'UTC' },
      quartzExpression: '0 0 2 * * ?',
      nextSyncs: ['2026-01-16T02:00:00.000Z', '2026-01-17T02:00:00.000Z', '2026-01-18T02:00:00.000Z'],
      unchecked: [],
      warnings: [],
    });
  });

  it.each([{}, { schedule: null }])('returns no next syncs without a schedule: %o', async (body) => {
    const response = await check(body).expect(200);
    expect(response.body).toEqual({
      schedule: MANUAL,
      quartzExpression: null,
      nextSyncs: [],
      unchecked: [],
      warnings: [],
    });
  });

  it('returns no next syncs for an inactive ingestion', async () => {
    const schedule = { scheduleType: 'basic', basicTiming: 'Every 6 HOURS' };
    const response = await check({ schedule, status: 'inactive' }).expect(200);
    expect(response.body).toMatchObject({ schedule, nextSyncs: [] });
  });

  it.each([
    [400, 'validation-failed', { schedule: { scheduleType: 'cron', cronExpression: '0 2 * *' } }],
    [400, 'validation-failed', { name: '' }],
    [422, 'reference-not-found', { sourceId: 'nothing' }],
    [422, 'reference-not-found', { destinationId: '11111111-1111-4111-8111-111111111111' }],
    [422, 'workspace-mismatch', { destinationId: 'far' }],
  ])('refuses the same requests as a creation, with %i %s: %o', async (status, code, body) => {
    bench.upstream.state.addDestination('far', ELSEWHERE);
    const response = await check(body).expect(status);
    expect(response.body).toMatchObject({ code });
    expect(bench.upstream.count('POST /connections')).toBe(0);
  });

  it.each(['true', 'false', 'yes', ''])('is suggested for a creation with validateOnly=%s', async (value) => {
    const response = await bench.api.post(`/ingestion?validateOnly=${value}`).send(ORDERS).expect(400);
    expect(response.body).toMatchObject({
      errors: [{ field: 'validateOnly', hint: expect.stringContaining('POST /ingestion/check') }],
    });
    expect(bench.upstream.count('POST /connections')).toBe(0);
  });

  it('is not replaced by a query parameter of a creation', async () => {
    const response = await bench.api.post('/ingestion?dryRun=1&toString=1').send(ORDERS).expect(400);
    expect(response.body).toMatchObject({ errors: [{ field: 'dryRun' }, { field: 'toString' }] });
    expect(bench.upstream.count('POST /connections')).toBe(0);
  });
});
