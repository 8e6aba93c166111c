import { createHash } from 'node:crypto';
import { clockOf } from '../support/clock';
import { startGateway, type TestGateway } from '../support/gateway';
import {
  DESTINATION_ID,
  problem,
  ScriptedUpstream,
  SOURCE_ID,
  WORKSPACE_ID,
} from '../support/scripted-upstream';

const NOW = new Date('2026-01-15T10:30:00Z');
const UUID = '9924bcd0-99be-453d-ba47-c2c9766f7da5';
const MANUAL = { scheduleType: 'manual', cronExpression: null, basicTiming: null, timeZone: null };
const DAILY = { scheduleType: 'cron', cronExpression: '0 0 2 * * ? UTC' };
const NEW_YORK = { scheduleType: 'cron', cronExpression: '0 0 2 * * ? America/New_York' };
const ORDERS = { name: 'Orders', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const ELSEWHERE = '77777777-7777-4777-8777-777777777777';

interface Resource {
  readonly schedule: Record<string, string | null>;
  readonly status: string;
}

describe('an ingestion as a resource', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    gateway = await startGateway(
      { AIRBYTE_API_URL: upstream.url },
      clockOf(() => NOW),
    );
  });

  afterEach(() => {
    upstream.clear();
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const connection = (row: Parameters<typeof upstream.state.addConnection>[0] = {}): string =>
    upstream.state.addConnection({ connectionId: UUID, ...row }).connectionId;
  const read = async (): Promise<{ body: Resource; etag: string }> => {
    const response = await gateway.api.get(`/ingestion/${UUID}`).expect(200);
    return { body: response.body as Resource, etag: String(response.headers['etag']) };
  };
  const patch = (
    changes: object,
    headers: Record<string, string> = {},
  ): ReturnType<typeof gateway.api.patch> =>
    gateway.api.patch(`/ingestion/${UUID}`).set(headers).send(changes);
  const sent = (): unknown[] => upstream.of('PATCH /connections/:id').map((request) => request.body);

  describe('GET /ingestion/{connectionId}', () => {
    it('shows all of it, streams included', async () => {
      const streams = [
        {
          name: 'orders',
          namespace: 'public',
          syncMode: 'incremental_append',
          cursorField: ['at'],
          primaryKey: [['id']],
        },
        { name: 'lines' },
      ];
      connection({ schedule: DAILY, configurations: { streams }, createdAt: 1_768_472_000 });
      expect((await read()).body).toEqual({
        connectionId: UUID,
        name: 'Orders to warehouse',
        sourceId: SOURCE_ID,
        destinationId: DESTINATION_ID,
        workspaceId: WORKSPACE_ID,
        status: 'active',
        upstreamStatus: null,
        schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ?', basicTiming: null, timeZone: 'UTC' },
        streams: [
          streams[0],
          { name: 'lines', namespace: null, syncMode: null, cursorField: [], primaryKey: [] },
        ],
        created: '2026-01-15T10:13:20.000Z',
      });
    });

    it('has a strong tag that follows what a caller can write, and answers 304 to who has it', async () => {
      connection({ schedule: DAILY });
      const { etag } = await read();
      expect(etag).toMatch(/^"[\w-]+"$/);
      const again = await gateway.api
        .get(`/ingestion/${UUID}`)
        .set('if-none-match', `"x", ${etag}`)
        .expect(304);
      expect(again.text).toBe('');
      upstream.state.addJob({ connectionId: UUID });
      expect((await read()).etag).toBe(etag);
      await patch({ name: 'Other' }).expect(200);
      expect((await read()).etag).not.toBe(etag);
    });

    it.each(['GET', 'PATCH'])('%s is 404 for what is deleted or unknown', async (method) => {
      connection({ status: 'deprecated' });
      for (const id of [UUID, 'unknown']) {
        const request =
          method === 'GET'
            ? gateway.api.get(`/ingestion/${id}`)
            : gateway.api.patch(`/ingestion/${id}`).send({});
        expect((await request.expect(404)).body).toMatchObject({ code: 'ingestion-not-found' });
      }
      expect(sent()).toEqual([]);
    });
  });

  describe('PATCH /ingestion/{connectionId}', () => {
    it.each([
      [{ name: 'New' }, { name: 'New' }],
      [{ status: 'inactive' }, { status: 'inactive' }],
      [{ name: 'New', status: 'active', schedule: null }, { name: 'New' }],
      [{ schedule: { scheduleType: 'manual' } }, { schedule: { scheduleType: 'manual' } }],
      [
        { schedule: { scheduleType: 'cron', cronExpression: '0 0 3 * * ?' } },
        { schedule: { scheduleType: 'cron', cronExpression: '0 0 3 * * ?' } },
      ],
    ])('sends what differs and nothing else: %o', async (changes, expected) => {
      connection({ schedule: DAILY });
      const response = await patch(changes).expect(200);
      expect(sent()).toEqual([expected]);
      expect(response.headers['etag']).toBe((await read()).etag);
      expect(response.body).toEqual((await read()).body);
    });

    it.each([
      {},
      { name: null, schedule: null, status: null },
      { name: 'Orders to warehouse', status: 'active' },
    ])('sends nothing where nothing differs: %o', async (changes) => {
      connection({ schedule: DAILY });
      await patch(changes).expect(200);
      expect(sent()).toEqual([]);
    });

    it.each([
      ['0 2 * * *', 'UTC'],
      ['*/15 9-17 * * MON-FRI', 'UTC'],
      ['0 0 2 ? * MON-FRI *', 'UTC'],
    ])('takes a schedule back as GET gave it, made here as %s', async (cronExpression) => {
      const schedule = { scheduleType: 'cron', cronExpression };
      const created = await gateway.api
        .post('/ingestion')
        .send({ ...ORDERS, schedule })
        .expect(201);
      const { connectionId } = created.body as { connectionId: string };
      const { schedule: given } = (await gateway.api.get(`/ingestion/${connectionId}`).expect(200))
        .body as Resource;
      const response = await gateway.api
        .patch(`/ingestion/${connectionId}`)
        .send({ schedule: given })
        .expect(200);
      expect(response.body).toMatchObject({ schedule: given });
      expect(sent()).toEqual([]);
    });

    it.each([
      [DAILY],
      [NEW_YORK],
      [{ scheduleType: 'cron', cronExpression: '0 27 * * * ? * US/Pacific' }],
      [{ scheduleType: 'cron', cronExpression: '00 00 02 * * ? UTC' }],
      [{ scheduleType: 'cron', cronExpression: '0 0 2 31 2 ? UTC' }],
      [{ scheduleType: 'cron', cronExpression: '0 0 2 * * ? Mars/Olympus' }],
      [{ scheduleType: 'basic', basicTiming: 'Every 24 HOURS' }],
      [{ scheduleType: 'basic', basicTiming: 'Every 7 hours' }],
      [{ scheduleType: 'basic', basicTiming: 'Every 1 MONTHS' }],
      [{ scheduleType: 'manual' }],
    ])("takes a schedule back as GET gave it, made in Airbyte's own pages as %o", async (schedule) => {
      connection({ schedule });
      const { body, etag } = await read();
      const response = await patch({ schedule: body.schedule, name: 'New' }, { 'if-match': etag }).expect(
        200,
      );
      expect(response.body).toMatchObject({ schedule: body.schedule });
      expect(sent()).toEqual([{ name: 'New' }]);
      expect(upstream.state.connections.get(UUID)?.schedule).toEqual(schedule);
    });

    it.each([
      ['the same hours without a zone', { cronExpression: '0 0 2 * * ?' }],
      ['other hours without a zone', { cronExpression: '0 0 3 * * ?', timeZone: null }],
      ['other hours in that zone', { cronExpression: '0 0 3 * * ?', timeZone: 'America/New_York' }],
    ])('never moves another zone to UTC in silence: %s', async (_, members) => {
      connection({ schedule: NEW_YORK });
      const response = await patch({ schedule: { scheduleType: 'cron', ...members } }).expect(400);
      expect(response.body).toMatchObject({ errors: [{ field: 'schedule.timeZone' }] });
      expect(sent()).toEqual([]);
    });

    it('moves another zone to UTC when that is said aloud', async () => {
      connection({ schedule: NEW_YORK });
      const schedule = { scheduleType: 'cron', cronExpression: '0 0 7 * * ?', timeZone: 'UTC' };
      expect((await patch({ schedule }).expect(200)).body).toMatchObject({ schedule });
    });

    it('keeps the anchor of an interval that stays the same', async () => {
      const hours = { scheduleType: 'basic', basicTiming: 'Every 6 HOURS' };
      const created = await gateway.api
        .post('/ingestion')
        .send({ ...ORDERS, schedule: hours })
        .expect(201);
      const { connectionId } = created.body as { connectionId: string };
      await gateway.api
        .patch(`/ingestion/${connectionId}`)
        .send({ schedule: { ...hours, basicTiming: 'every 6 hours' } });
      expect(sent()).toEqual([]);
    });

    it('changes only the version that If-Match names', async () => {
      connection({ schedule: DAILY });
      const { etag } = await read();
      await patch({ name: 'First' }, { 'if-match': etag }).expect(200);
      const late = await patch({ name: 'Second' }, { 'if-match': etag }).expect(412);
      expect(late.body).toMatchObject({ code: 'precondition-failed', status: 412 });
      await patch({ name: 'Third' }, { 'if-match': `W/${(await read()).etag}` }).expect(412);
      await patch({ name: 'Fourth' }, { 'if-match': `"other", ${(await read()).etag}` }).expect(200);
      await patch({ name: 'Fifth' }, { 'if-match': '*' }).expect(200);
      expect(sent()).toEqual([{ name: 'First' }, { name: 'Fourth' }, { name: 'Fifth' }]);
    });

    it('names the double quotes that If-Match needs', async () => {
      connection({ schedule: DAILY });
      const tag = (await read()).etag.slice(1, -1);
      const bare = await patch({ name: 'First' }, { 'if-match': tag }).expect(412);
      expect((bare.body as { detail: string }).detail).toBe(
        `If-Match is not an entity tag. Send the ETag with its double quotes: If-Match: "${tag}"`,
      );
      const weak = await patch({ name: 'Second' }, { 'if-match': `W/"${tag}"` }).expect(412);
      expect((weak.body as { detail: string }).detail).toContain('leave out W/');
      expect(sent()).toEqual([]);
    });

    it.each([
      ['status', { status: 'deprecated' }],
      ['sourceId', { sourceId: SOURCE_ID }],
      ['streams', { streams: [] }],
      ['name', { name: '' }],
      ['schedule.cronExpression', { schedule: { scheduleType: 'cron', cronExpression: '0 2 * *' } }],
      ['schedule.scheduleType', { schedule: {} }],
    ])('refuses %s in %o', async (field, changes) => {
      connection();
      const response = await patch(changes).expect(400);
      expect(response.body).toMatchObject({ errors: [{ field }] });
      expect(sent()).toEqual([]);
    });

    it('says what Airbyte says of a locked one', async () => {
      connection({ status: 'locked' });
      upstream.on('PATCH /connections/:id', () => problem(409, 'The connection is locked'));
      const response = await patch({ name: 'New' }).expect(409);
      expect(response.body).toMatchObject({
        code: 'conflict',
        upstream: { message: 'The connection is locked' },
      });
    });
  });

  describe('POST /ingestion', () => {
    it('passes streams on, and GET shows them', async () => {
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
      const created = await gateway.api
        .post('/ingestion')
        .send({ ...ORDERS, streams })
        .expect(201);
      expect(upstream.of('POST /connections')[0]?.body).toMatchObject({
        configurations: { streams: [streams[0], { name: 'lines' }] },
      });
      const { connectionId } = created.body as { connectionId: string };
      const { body } = await gateway.api.get(`/ingestion/${connectionId}`).expect(200);
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
      const response = await gateway.api
        .post('/ingestion')
        .send({ ...ORDERS, streams })
        .expect(400);
      expect(response.body).toMatchObject({ errors: [{ field }] });
      expect(upstream.requests).toEqual([]);
    });

    it('says that a source and a destination are in different workspaces, of which Airbyte says nothing', async () => {
      upstream.state.addDestination('far', ELSEWHERE);
      upstream.on('POST /connections', () => problem(500, null));
      const response = await gateway.api
        .post('/ingestion')
        .send({ ...ORDERS, destinationId: 'far' })
        .expect(422);
      expect(response.body).toMatchObject({ code: 'workspace-mismatch' });
    });
  });

  describe('POST /ingestion/check', () => {
    const check = (body: object): ReturnType<typeof gateway.api.post> =>
      gateway.api.post('/ingestion/check').send({ ...ORDERS, ...body });

    it('says what the schedule comes to and creates nothing', async () => {
      const response = await check({
        schedule: { scheduleType: 'cron', cronExpression: '0 2 * * *' },
      }).expect(200);
      expect(upstream.requests.map((request) => request.method)).toEqual(['GET', 'GET']);
      expect(response.body).toEqual({
        schedule: { scheduleType: 'cron', cronExpression: '0 2 * * *', basicTiming: null, timeZone: 'UTC' },
        quartzExpression: '0 0 2 * * ?',
        nextSyncs: ['2026-01-16T02:00:00.000Z', '2026-01-17T02:00:00.000Z', '2026-01-18T02:00:00.000Z'],
        unchecked: [],
      });
    });

    it.each([{}, { schedule: null }])('says that nothing fires without a schedule: %o', async (body) => {
      const response = await check(body).expect(200);
      expect(response.body).toEqual({
        schedule: MANUAL,
        quartzExpression: null,
        nextSyncs: [],
        unchecked: [],
      });
    });

    it('says that nothing fires while inactive', async () => {
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
    ])('refuses with %i %s what a creation would: %o', async (status, code, body) => {
      upstream.state.addDestination('far', ELSEWHERE);
      const response = await check(body).expect(status);
      expect(response.body).toMatchObject({ code });
      expect(upstream.count('POST /connections')).toBe(0);
    });

    it.each(['true', 'false', 'yes', ''])(
      'is the way out for a creation with validateOnly=%s, which is refused',
      async (value) => {
        const response = await gateway.api.post(`/ingestion?validateOnly=${value}`).send(ORDERS).expect(400);
        expect(response.body).toMatchObject({
          errors: [{ field: 'validateOnly', hint: expect.stringContaining('POST /ingestion/check') }],
        });
        expect(upstream.count('POST /connections')).toBe(0);
      },
    );

    it('refuses every parameter of a creation, whatever its name', async () => {
      const response = await gateway.api.post('/ingestion?dryRun=1&toString=1').send(ORDERS).expect(400);
      expect(response.body).toMatchObject({ errors: [{ field: 'dryRun' }, { field: 'toString' }] });
      expect(upstream.count('POST /connections')).toBe(0);
    });
  });

  describe('GET /sources and GET /destinations', () => {
    it('show id, name, type and workspace, and never a configuration', async () => {
      const sources = await gateway.api.get('/sources').expect(200);
      expect(sources.body).toEqual({
        data: [{ sourceId: SOURCE_ID, name: 'Orders', type: 'file', workspaceId: WORKSPACE_ID }],
        nextPageToken: null,
      });
      const destinations = await gateway.api.get('/destinations').expect(200);
      expect(destinations.body).toEqual({
        data: [
          { destinationId: DESTINATION_ID, name: 'Warehouse', type: 'local-json', workspaceId: WORKSPACE_ID },
        ],
        nextPageToken: null,
      });
      expect(sources.text + destinations.text).not.toContain('secret');
    });

    it.each(['/sources', '/destinations', '/ingestion', `/ingestion/${UUID}/runs`])(
      'give the first page for an empty token: %s',
      async (path) => {
        connection({ schedule: DAILY });
        const first = await gateway.api.get(path).expect(200);
        expect((await gateway.api.get(`${path}?pageToken=`).expect(200)).body).toEqual(first.body);
      },
    );

    it.each(['sources', 'destinations'])('page through all %s, each once', async (kind) => {
      for (let n = 0; n < 250; n++) {
        if (kind === 'sources') upstream.state.addSource(`s-${n}`);
        else upstream.state.addDestination(`d-${n}`);
      }
      const seen: string[] = [];
      let token: string | null = '';
      while (token !== null) {
        const response = await gateway.api
          .get(`/${kind}?pageSize=100${token && `&pageToken=${token}`}`)
          .expect(200);
        const page = response.body as { data: Record<string, string>[]; nextPageToken: string | null };
        seen.push(...page.data.map((row) => String(row['sourceId'] ?? row['destinationId'])));
        token = page.nextPageToken;
      }
      expect([seen.length, new Set(seen).size]).toEqual([251, 251]);
    });
  });

  describe('for a caller that is limited to a workspace', () => {
    const KEY = 'the-key-of-the-other-team';
    let theirs: TestGateway;

    beforeAll(async () => {
      const hash = createHash('sha256').update(KEY).digest('hex');
      const API_KEYS = `team:ingestion:read+ingestion:write:${hash}:${ELSEWHERE}`;
      theirs = await startGateway(
        { AIRBYTE_API_URL: upstream.url, API_KEYS },
        clockOf(() => NOW),
      );
    });

    afterAll(() => theirs.close());

    beforeEach(() => {
      connection({ schedule: DAILY });
      upstream.state.addJob({ connectionId: UUID, status: 'running' });
      upstream.state.addConnection({ connectionId: 'own', workspaceId: ELSEWHERE });
      upstream.state.addSource('own-source', ELSEWHERE);
    });

    const idsOf = (text: string): string[] =>
      [...text.matchAll(/"(?:connectionId|sourceId)":"([^"]+)"/g)].map((found) => String(found[1]));

    it.each([
      ['/ingestion', ['own', SOURCE_ID]],
      ['/ingestion?status=active', ['own', SOURCE_ID]],
      ['/sources', ['own-source']],
      ['/destinations', []],
    ])('GET %s shows what is in it alone', async (path, ids) => {
      const response = await theirs.api.get(path).set('x-api-key', KEY).expect(200);
      expect(idsOf(response.text)).toEqual(ids);
    });

    it('all else is as if it did not exist', async () => {
      const { api } = theirs;
      await api.get(`/ingestion/${UUID}`).set('x-api-key', KEY).expect(404);
      await api.patch(`/ingestion/${UUID}`).set('x-api-key', KEY).send({ name: 'Mine' }).expect(404);
      await api.get(`/ingestion/${UUID}/runs/1?wait=5`).set('x-api-key', KEY).expect(404);
      const batch = await api
        .post('/ingestion/status/batch')
        .set('x-api-key', KEY)
        .send({ ids: [UUID, 'own'] })
        .expect(200);
      expect(batch.body).toMatchObject({
        results: [{ problem: { code: 'ingestion-not-found' } }, { status: { connectionId: 'own' } }],
      });
      const check = await api.post('/ingestion/check').set('x-api-key', KEY).send(ORDERS).expect(422);
      expect(check.body).toMatchObject({
        code: 'reference-not-found',
        errors: [{ field: 'sourceId' }, { field: 'destinationId' }],
      });
      expect(sent()).toEqual([]);
    });
  });
});
