import { startGateway, type TestGateway } from '../support/gateway';
import {
  DESTINATION_ID,
  errorId,
  json,
  problem,
  ScriptedUpstream,
  SOURCE_ID,
  WORKSPACE_ID,
} from '../support/scripted-upstream';

const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const MANUAL = { scheduleType: 'manual', cronExpression: null, basicTiming: null, timeZone: null };

describe('POST /ingestion', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url });
  });

  afterEach(() => {
    upstream.clear();
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const create = (body: object): ReturnType<typeof gateway.api.post> =>
    gateway.api.post('/ingestion').send(body);
  const sent = (): unknown => upstream.of('POST /connections').map((request) => request.body);

  it('answers 201 with the ingestion and the URL of its status', async () => {
    const schedule = { scheduleType: 'cron', cronExpression: '0 2 * * *' };
    const response = await create({ ...ORDERS, schedule }).expect(201);
    const { connectionId } = response.body as { connectionId: string };
    expect(response.headers['location']).toBe(`/ingestion/${connectionId}/status`);
    expect(response.body).toEqual({
      connectionId: expect.stringMatching(/^[\w-]{36}$/),
      ...ORDERS,
      status: 'active',
      schedule: { ...schedule, basicTiming: null, timeZone: 'UTC' },
      workspaceId: WORKSPACE_ID,
      upstreamStatus: null,
      streams: expect.any(Array),
      freshness: null,
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
    });
  });

  it.each([{}, { schedule: { scheduleType: 'basic', basicTiming: 'Every 6 HOURS' }, status: 'inactive' }])(
    'returns the same resource as GET and PATCH: %o',
    async (rest) => {
      const created = (await create({ ...ORDERS, ...rest }).expect(201)).body as { connectionId: string };
      const path = `/ingestion/${created.connectionId}`;
      expect((await gateway.api.get(path).expect(200)).body).toEqual(created);
      expect((await gateway.api.patch(path).send({ name: ORDERS.name }).expect(200)).body).toEqual(created);
    },
  );

  it.each([{}, { schedule: null, status: null }])(
    'sends a manual schedule and an active status by default: %o',
    async (rest) => {
      const response = await create({ ...ORDERS, ...rest }).expect(201);
      expect(response.body).toMatchObject({ schedule: MANUAL, status: 'active' });
      expect(sent()).toEqual([{ ...ORDERS, schedule: { scheduleType: 'manual' }, status: 'active' }]);
    },
  );

  it('creates an inactive ingestion, so that it can be checked before the first sync', async () => {
    const response = await create({ ...ORDERS, status: 'inactive' }).expect(201);
    expect(response.body).toMatchObject({ status: 'inactive' });
    expect(sent()).toEqual([expect.objectContaining({ status: 'inactive' })]);
  });

  it('accepts ids that are not UUIDs', async () => {
    upstream.state.addSource('source-id');
    upstream.state.addDestination('dest-id');
    await create({ name: 'n', sourceId: 'source-id', destinationId: 'dest-id' }).expect(201);
  });

  it('names every invalid field in one answer and sends nothing', async () => {
    const response = await create({
      name: '',
      sourceId: '../jobs',
      status: 'deprecated',
      schedule: { scheduleType: 'cron', cronExpression: '0 2 * *', cronExpresion: 'x' },
      scheduel: {},
    }).expect(400);
    const { errors } = response.body as { errors: { field: string; reason: string; hint: string }[] };
    const fields = errors.map((error) => error.field).sort();
    expect(fields).toEqual([
      'destinationId',
      'name',
      'scheduel',
      'schedule.cronExpresion',
      'schedule.cronExpression',
      'sourceId',
      'status',
    ]);
    for (const error of errors)
      expect(error).toEqual({
        field: error.field,
        reason: expect.stringMatching(/../),
        hint: expect.stringMatching(/../),
      });
    expect(upstream.requests).toEqual([]);
  });

  it.each(['check', 'pause', 'status'])('refuses the id %s, which is a route', async (id) => {
    const response = await create({ ...ORDERS, sourceId: id, destinationId: id }).expect(400);
    const reason = 'must not be check, pause or status, which are routes';
    expect(response.body).toMatchObject({
      errors: [
        { field: 'sourceId', reason },
        { field: 'destinationId', reason },
      ],
    });
  });

  it('returns at most 100 errors and says that there are more', async () => {
    const strays = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`stray-${n}`, n]));
    const response = await create({ ...ORDERS, ...strays }).expect(400);
    const { errors, detail } = response.body as { errors: { field: string }[]; detail: string };
    expect(errors.map(({ field }) => field)).toEqual(Object.keys(strays).slice(0, 100));
    expect(detail).toMatch(/^More than 100 errors, the first 100 are listed: stray-0, .*, stray-9, …\.$/);
  });

  it('names the known fields if one is unknown', async () => {
    const response = await create({ ...ORDERS, scheduel: {} }).expect(400);
    const hint =
      'Did you mean schedule? The fields here are: name, sourceId, destinationId, schedule, status, streams, freshness.';
    expect(response.body).toMatchObject({ errors: [{ field: 'scheduel', hint }] });
  });

  it('reports an invalid schedule together with other invalid fields', async () => {
    const schedule = { scheduleType: 'cron', cronExpression: '0 2 * *' };
    const response = await create({ sourceId: SOURCE_ID, destinationId: DESTINATION_ID, schedule }).expect(
      400,
    );
    const { errors } = response.body as { errors: { field: string }[] };
    expect(errors.map((error) => error.field).sort()).toEqual(['name', 'schedule.cronExpression']);
  });

  it.each([
    ['schedule', []],
    ['schedule', 'daily'],
    ['schedule.scheduleType', { cronExpression: '0 2 * * *' }],
    ['schedule.scheduleType', { scheduleType: 'hourly' }],
    ['schedule.cronExpression', { scheduleType: 'cron' }],
    ['schedule.cronExpression', { scheduleType: 'cron', cronExpression: null }],
    ['schedule.cronExpression', { scheduleType: 'cron', cronExpression: 5 }],
    ['schedule.cronExpression', { scheduleType: 'manual', cronExpression: '0 2 * * *' }],
    ['schedule.cronExpression', { scheduleType: 'cron', cronExpression: '@daily' }],
    ['schedule.cronExpression', { scheduleType: 'cron', cronExpression: '0 0 2 * * *' }],
    ['schedule.cronExpression', { scheduleType: 'cron', cronExpression: '0 0 30 2 *' }],
    ['schedule.cronExpression', { scheduleType: 'cron', cronExpression: '0 0 1 * 1' }],
    ['schedule.cronExpression', { scheduleType: 'cron', cronExpression: 'cron(0 2 * * ? *)' }],
    ['schedule.basicTiming', { scheduleType: 'basic', basicTiming: 'Every 7 HOURS' }],
    [
      'schedule.basicTiming',
      { scheduleType: 'cron', cronExpression: '0 2 * * *', basicTiming: 'Every 6 HOURS' },
    ],
    ['schedule.timeZone', { scheduleType: 'cron', cronExpression: '0 2 * * *', timeZone: 'Europe/Berlin' }],
  ])('refuses at %s: %j', async (field, schedule) => {
    const response = await create({ ...ORDERS, schedule }).expect(400);
    expect(response.body).toMatchObject({ code: 'validation-failed', errors: [{ field }] });
    // The read that shows whether the internal API could write the schedule changes nothing.
    expect(upstream.requests.filter(({ operation }) => !operation.includes('describe_cron'))).toEqual([]);
  });

  it.each(['sourceId', 'destinationId'])(
    'answers 422 with the field %s if Airbyte does not know the id',
    async (field) => {
      const unknown = '11111111-1111-4111-8111-111111111111';
      const response = await create({ ...ORDERS, [field]: unknown }).expect(422);
      expect(response.body).toMatchObject({ code: 'reference-not-found', errors: [{ field }] });
    },
  );

  it('names both ids if both are unknown, although Airbyte reports only the first', async () => {
    const response = await create({ ...ORDERS, sourceId: 'a', destinationId: 'b' }).expect(422);
    expect(response.body).toMatchObject({ errors: [{ field: 'sourceId' }, { field: 'destinationId' }] });
  });

  it('finds the unknown id after a 403 of Airbyte Cloud without details', async () => {
    upstream.on('POST /connections', () => json(403, { message: 'Forbidden' }));
    upstream.on('GET /sources/:id', () => json(403, { message: 'Forbidden' }));
    const response = await create(ORDERS).expect(422);
    expect(response.body).toMatchObject({ code: 'reference-not-found', errors: [{ field: 'sourceId' }] });
  });

  it('answers 422 with the message of Airbyte if only Airbyte can detect the error', async () => {
    upstream.on('POST /connections', () => problem(400, 'No streams found with name [x]'));
    const response = await create(ORDERS).expect(422);
    expect(response.body).toMatchObject({
      code: 'rejected-by-airbyte',
      detail: 'No streams found with name [x]',
      upstream: { status: 400, message: 'No streams found with name [x]', errorId: null },
    });
  });

  it('does not repeat a creation after a 500, and returns the message of the connector', async () => {
    upstream.on('POST /connections', () =>
      problem(500, 'Something went wrong in the connector. logs:bad password'),
    );
    const response = await create(ORDERS).expect(502);
    expect(response.body).toMatchObject({
      code: 'airbyte-failed',
      detail: 'Something went wrong in the connector. logs:bad password',
    });
    expect(upstream.count('POST /connections')).toBe(1);
  });

  it('returns the errorId of Airbyte, which identifies its log entry', async () => {
    upstream.on('POST /connections', () => errorId(500, 'f00d'));
    const response = await create(ORDERS).expect(502);
    expect(response.body).toMatchObject({ upstream: { status: 500, errorId: 'f00d' } });
  });

  it('refuses a schedule that is more frequent than allowed before Airbyte discovers a schema', async () => {
    const cloud = await startGateway({ AIRBYTE_API_URL: upstream.url, SCHEDULE_MIN_INTERVAL_MINUTES: '60' });
    const schedule = { scheduleType: 'cron', cronExpression: '*/15 * * * *' };
    await cloud.api
      .post('/ingestion')
      .send({ ...ORDERS, schedule })
      .expect(400);
    expect(upstream.requests).toEqual([]);
    await cloud.close();
  });
});
