import { request as openRequest } from 'node:http';
import { clockOf } from '../support/clock';
import { startGateway, type TestGateway } from '../support/gateway';
import {
  DESTINATION_ID,
  fault,
  problem,
  ScriptedUpstream,
  SOURCE_ID,
  type UpstreamRequest,
} from '../support/scripted-upstream';
import { until } from '../support/until';

const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const CREATE = 'POST /connections';
const DOUBT_MS = 60_000;

interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

function gate(): Gate {
  let release: (() => void) | undefined;
  const opened = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { opened, open: () => release?.() };
}

describe('Idempotency-Key', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let aheadMs = 0;
  let keys = 0;
  let key: string;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    gateway = await startGateway(
      {
        AIRBYTE_API_URL: upstream.url,
        AIRBYTE_TIMEOUT_MS: '1000',
        AIRBYTE_START_TIMEOUT_MS: '1000',
        AIRBYTE_CREATE_TIMEOUT_MS: '1000',
        IDEMPOTENCY_DOUBT_MS: String(DOUBT_MS),
        IDEMPOTENCY_TTL_S: '3600',
      },
      clockOf(() => new Date(Date.now() + aheadMs)),
    );
  });
  beforeEach(() => {
    key = `key-${++keys}`;
  });
  afterEach(() => {
    upstream.clear();
    aheadMs = 0;
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const post = (path: string, body: object = ORDERS, withKey = key): ReturnType<typeof gateway.api.post> =>
    gateway.api.post(path).set('Idempotency-Key', withKey).send(body);
  const create = (body: object = ORDERS): ReturnType<typeof gateway.api.post> => post('/ingestion', body);
  /** Carries it out and loses the answer. */
  const loseAnswer = (request: UpstreamRequest): ReturnType<typeof fault> =>
    fault('reset', upstream.act(request));
  /** The first attempt neither arrives nor can be looked for, so nobody knows. */
  const loseWithoutTrace = (): void => {
    upstream.on(CREATE, (_request, nth) => (nth === 1 ? fault('reset') : undefined));
  };

  it('gives the first answer again, marked, byte for byte, and creates once', async () => {
    const first = await create().expect(201);
    const again = await create().expect(201);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.text).toBe(first.text);
    for (const name of ['location', 'content-type']) expect(again.headers[name]).toBe(first.headers[name]);
    expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect(upstream.count(CREATE)).toBe(1);
  });

  it('does not care for the order of members', async () => {
    await create().expect(201);
    const { name, sourceId, destinationId } = ORDERS;
    const again = await create({ destinationId, sourceId, name }).expect(201);
    expect(again.headers['idempotency-replayed']).toBe('true');
  });

  it('refuses the key for another body and for another path, and does nothing', async () => {
    await create().expect(201);
    expect((await create({ ...ORDERS, name: 'Other' }).expect(422)).body).toMatchObject({
      code: 'idempotency-key-reused',
    });
    await post('/ingestion/some-id/runs', ORDERS).expect(422);
    expect(upstream.count(CREATE)).toBe(1);
  });

  it('carries a request out once, however many come at one time', async () => {
    const { opened, open } = gate();
    upstream.on(CREATE, async () => {
      await opened;
      return undefined;
    });
    const first = create().then((response) => response);
    await upstream.seen(CREATE);
    const others = await Promise.all(Array.from({ length: 20 }, () => create()));
    expect(new Set(others.map((response) => response.status))).toEqual(new Set([409]));
    expect(others[0]?.body).toMatchObject({ code: 'request-in-progress' });
    expect(others[0]?.headers['retry-after']).toBe('2');
    open();
    expect((await first).status).toBe(201);
    expect((await create()).headers['idempotency-replayed']).toBe('true');
    expect(upstream.count(CREATE)).toBe(1);
  });

  it.each(['', 'two words', 'ümlaut', 'x'.repeat(256)])(
    'refuses %p as a key and names the header',
    async (bad) => {
      const response = await gateway.api
        .post('/ingestion')
        .set('Idempotency-Key', Buffer.from(bad).toString('latin1'))
        .send(ORDERS)
        .expect(400);
      expect(response.body).toMatchObject({
        code: 'validation-failed',
        errors: [{ field: 'Idempotency-Key' }],
      });
      expect(upstream.requests).toEqual([]);
    },
  );

  it('keeps refusals of Airbyte too: one outcome for each key', async () => {
    upstream.on(CREATE, (_request, nth) => (nth === 1 ? problem(400, 'No.') : undefined));
    const first = await create().expect(422);
    const again = await create().expect(422);
    expect(again.text).toBe(first.text);
    expect(again.headers['content-type']).toContain('application/problem+json');
    expect(upstream.count(CREATE)).toBe(1);
  });

  it('is free again after a body that was refused, and after nothing could be sent', async () => {
    await create({ ...ORDERS, name: '' }).expect(400);
    await upstream.refuse();
    expect((await create()).status).toBe(502);
    await upstream.listen();
    await until('the circuit to close', async () => (await create()).status === 201);
    expect(upstream.count(CREATE)).toBe(1);
  });

  it('forgets after its time', async () => {
    await create().expect(201);
    aheadMs = 3_601_000;
    expect((await create().expect(201)).headers).not.toHaveProperty('idempotency-replayed');
    expect(upstream.count(CREATE)).toBe(2);
  });

  it('stores the outcome for a caller that hung up before the answer', async () => {
    const { opened, open } = gate();
    upstream.on(CREATE, async () => {
      await opened;
      return undefined;
    });
    const caller = openRequest(`${gateway.url}/ingestion`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
    });
    caller.on('error', () => undefined);
    caller.end(JSON.stringify(ORDERS));
    await upstream.seen(CREATE);
    caller.destroy();
    open();
    const replay = await until('the outcome', async () => {
      const response = await create();
      return response.status === 201 && response;
    });
    expect(replay.headers['idempotency-replayed']).toBe('true');
    expect(upstream.count(CREATE)).toBe(1);
  });

  describe('whose outcome is in doubt', () => {
    it('is answered 409 while Airbyte may yet finish it, and nothing is sent', async () => {
      loseWithoutTrace();
      expect((await create().expect(504)).body).toMatchObject({ code: 'outcome-unknown' });
      const again = await create().expect(409);
      expect(again.body).toMatchObject({ code: 'outcome-in-doubt' });
      expect(Number(again.headers['retry-after'])).toBeGreaterThan(50);
      expect(upstream.count(CREATE)).toBe(1);
    });

    it('is found once Airbyte has finished it, and then stays', async () => {
      let late: UpstreamRequest | undefined;
      upstream.on(CREATE, (request) => {
        late = request;
        return fault('reset');
      });
      await create().expect(504);
      await create().expect(409);
      if (late) upstream.act(late);
      const [row] = upstream.state.connections.values();
      const found = await create().expect(201);
      expect(found.body).toMatchObject({ ...ORDERS, connectionId: row?.connectionId });
      expect(found.headers['location']).toBe(`/ingestion/${row?.connectionId ?? ''}/status`);
      expect((await create().expect(201)).headers['idempotency-replayed']).toBe('true');
      expect(upstream.count(CREATE)).toBe(1);
    });

    it('does not take for it what is older, or differs', async () => {
      const nowS = Math.floor(Date.now() / 1000);
      upstream.state.addConnection({ createdAt: nowS - 10 });
      upstream.state.addConnection({ name: 'Other', createdAt: nowS + 1 });
      upstream.state.addConnection({ status: 'inactive', createdAt: nowS + 1 });
      loseWithoutTrace();
      await create().expect(504);
      await create().expect(409);
      aheadMs = DOUBT_MS + 1000;
      await create().expect(201);
      expect(upstream.count(CREATE)).toBe(2);
    });

    it('gives each of two keys a connection of its own, however alike they are', async () => {
      const late: UpstreamRequest[] = [];
      upstream.on(CREATE, (request) => {
        late.push(request);
        return fault('reset');
      });
      const second = `${key}-twin`;
      await Promise.all([create().expect(504), post('/ingestion', ORDERS, second).expect(504)]);
      for (const request of late) upstream.act(request);
      const found = [await create().expect(201), await post('/ingestion', ORDERS, second).expect(201)];
      const ids = found.map((response) => (response.body as { connectionId: string }).connectionId);
      expect(new Set(ids)).toEqual(new Set(upstream.state.connections.keys()));
      expect(upstream.count(CREATE)).toBe(2);
    });

    it('is sent again when the doubt is over and nothing was found', async () => {
      loseWithoutTrace();
      await create().expect(504);
      aheadMs = DOUBT_MS + 1000;
      await create().expect(201);
      expect(upstream.count(CREATE)).toBe(2);
      expect(upstream.state.connections.size).toBe(1);
    });

    it('is looked for before it is sent again', async () => {
      let late: UpstreamRequest | undefined;
      upstream.on(CREATE, (request) => {
        late = request;
        return fault('reset');
      });
      await create().expect(504);
      if (late) upstream.act(late);
      aheadMs = DOUBT_MS + 1000;
      await create().expect(201);
      expect(upstream.count(CREATE)).toBe(1);
    });

    it('is not sent again when it cannot be looked for', async () => {
      loseWithoutTrace();
      await create().expect(504);
      aheadMs = DOUBT_MS + 1000;
      upstream.on('GET /connections', (_request, nth) => (nth < 9 ? problem(500, 'no list') : undefined));
      expect((await create()).status).toBe(502);
      expect(upstream.count(CREATE)).toBe(1);
    });

    it('finds an interval, which is anchored at the minute in which it was first sent', async () => {
      const body = { ...ORDERS, schedule: { scheduleType: 'basic', basicTiming: 'Every 6 HOURS' } };
      let late: UpstreamRequest | undefined;
      upstream.on(CREATE, (request) => {
        late = request;
        return fault('reset');
      });
      await create(body).expect(504);
      if (late) upstream.act(late);
      aheadMs = 50_000;
      await create(body).expect(201);
      expect(upstream.count(CREATE)).toBe(1);
    });

    it('is looked for after a 500 of Airbyte, and sent again at once', async () => {
      upstream.on(CREATE, (_request, nth) => (nth === 1 ? problem(500, 'Source is down.') : undefined));
      await create().expect(502);
      await create().expect(201);
      expect(upstream.count(CREATE)).toBe(2);
      upstream.on(CREATE, (request, nth) => {
        upstream.act(request);
        return nth === 1 ? problem(500, 'Too late to say so.') : undefined;
      });
      await post('/ingestion', { ...ORDERS, name: 'Second' }, `${key}-2`).expect(502);
      await post('/ingestion', { ...ORDERS, name: 'Second' }, `${key}-2`).expect(201);
      expect(upstream.count(CREATE)).toBe(3);
    });
  });

  describe('on runs', () => {
    const path = (): string => `/ingestion/${upstream.state.addConnection().connectionId}/runs`;

    it('starts one run', async () => {
      const runs = path();
      const first = await post(runs, {}).expect(202);
      const again = await post(runs, {}).expect(202);
      expect(again.text).toBe(first.text);
      expect(again.headers['location']).toBe(first.headers['location']);
      expect(upstream.state.jobs).toHaveLength(1);
    });

    it('finds the run whose start got no answer', async () => {
      const runs = path();
      upstream.on('POST /jobs', loseAnswer);
      const found = await post(runs, {}).expect(202);
      expect(found.body).toMatchObject({ runId: '1' });
      expect((await post(runs, {}).expect(202)).text).toBe(found.text);
      expect(upstream.count('POST /jobs')).toBe(1);
    });

    it('finds the run with the next request where the jobs could not be read before', async () => {
      const runs = path();
      upstream.on('POST /jobs', (request) => {
        upstream.on('GET /jobs', () => problem(500, 'down'));
        return loseAnswer(request);
      });
      await post(runs, {}).expect(504);
      upstream.on('GET /jobs', () => undefined);
      expect((await post(runs, {}).expect(202)).body).toMatchObject({ runId: '1' });
      expect(upstream.count('POST /jobs')).toBe(1);
    });

    it('starts none while one may yet begin', async () => {
      const runs = path();
      upstream.on('POST /jobs', () => fault('reset'));
      await post(runs, {}).expect(504);
      expect((await post(runs, {}).expect(409)).body).toMatchObject({ code: 'outcome-in-doubt' });
      expect(upstream.count('POST /jobs')).toBe(1);
    });

    it('cancels once, and finds a run cancelled by an attempt without an answer', async () => {
      const runs = path();
      const [connection] = upstream.state.connections.values();
      upstream.state.addJob({ connectionId: connection?.connectionId ?? '', status: 'running' });
      upstream.on('DELETE /jobs/:id', loseAnswer);
      expect((await post(`${runs}/1/cancel`, {}).expect(200)).body).toMatchObject({ status: 'cancelled' });
      const replay = await post(`${runs}/1/cancel`, {}).expect(200);
      expect(replay.headers['idempotency-replayed']).toBe('true');
      expect(upstream.count('DELETE /jobs/:id')).toBe(1);
    });
  });

  it('means nothing to previews', async () => {
    const schedule = { scheduleType: 'cron', cronExpression: '0 2 * * *' };
    for (const body of [{ schedule }, { schedule, count: 1 }]) {
      const response = await post('/schedule/preview', body).expect(200);
      expect(response.headers).not.toHaveProperty('idempotency-replayed');
    }
  });

  it('is not needed: without it every creation is one', async () => {
    upstream.on(CREATE, () => undefined);
    await gateway.api.post('/ingestion').send(ORDERS).expect(201);
    await gateway.api.post('/ingestion').send(ORDERS).expect(201);
    expect(upstream.state.connections.size).toBe(2);
  });
});
