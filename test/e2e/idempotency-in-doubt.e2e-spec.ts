import { CREATE, DOUBT_MS, idempotencyBench, ORDERS } from '../support/idempotency-bench';
import { fault, problem, type UpstreamRequest } from '../support/scripted-upstream';

const bench = idempotencyBench();
const { create, loseFirstCreation, moveAhead, post } = bench;

describe('a creation with an Idempotency-Key and an unknown outcome', () => {
  it('is answered with 409 while Airbyte may still finish it, and is not sent again', async () => {
    loseFirstCreation();
    expect((await create().expect(504)).body).toMatchObject({ code: 'outcome-unknown' });
    const again = await create().expect(409);
    expect(again.body).toMatchObject({ code: 'outcome-in-doubt' });
    expect(Number(again.headers['retry-after'])).toBeGreaterThan(50);
    expect(bench.upstream.count(CREATE)).toBe(1);
  });

  it('is found when Airbyte has finished it, and its answer is stored', async () => {
    let late: UpstreamRequest | undefined;
    bench.upstream.on(CREATE, (request) => {
      late = request;
      return fault('reset');
    });
    await create().expect(504);
    await create().expect(409);
    if (late) bench.upstream.act(late);
    const [row] = bench.upstream.state.connections.values();
    const found = await create().expect(201);
    expect(found.body).toMatchObject({ ...ORDERS, connectionId: row?.connectionId });
    expect(found.headers['location']).toBe(`/ingestion/${row?.connectionId ?? ''}/status`);
    expect((await create().expect(201)).headers['idempotency-replayed']).toBe('true');
    expect(bench.upstream.count(CREATE)).toBe(1);
  });

  it('is not confused with an older or different connection', async () => {
    const nowS = Math.floor(Date.now() / 1000);
    bench.upstream.state.addConnection({ createdAt: nowS - 10 });
    bench.upstream.state.addConnection({ name: 'Other', createdAt: nowS + 1 });
    bench.upstream.state.addConnection({ status: 'inactive', createdAt: nowS + 1 });
    loseFirstCreation();
    await create().expect(504);
    await create().expect(409);
    moveAhead(DOUBT_MS + 1000);
    await create().expect(201);
    expect(bench.upstream.count(CREATE)).toBe(2);
  });

  it('gets its own connection even if another key has the same body', async () => {
    const late: UpstreamRequest[] = [];
    bench.upstream.on(CREATE, (request) => {
      late.push(request);
      return fault('reset');
    });
    const second = `${bench.key}-twin`;
    await Promise.all([create().expect(504), post('/ingestion', ORDERS, second).expect(504)]);
    for (const request of late) bench.upstream.act(request);
    const found = [await create().expect(201), await post('/ingestion', ORDERS, second).expect(201)];
    const ids = found.map((response) => (response.body as { connectionId: string }).connectionId);
    expect(new Set(ids)).toEqual(new Set(bench.upstream.state.connections.keys()));
    expect(bench.upstream.count(CREATE)).toBe(2);
  });

  it('is sent again after IDEMPOTENCY_DOUBT_MS if no connection was found', async () => {
    loseFirstCreation();
    await create().expect(504);
    moveAhead(DOUBT_MS + 1000);
    await create().expect(201);
    expect(bench.upstream.count(CREATE)).toBe(2);
    expect(bench.upstream.state.connections.size).toBe(1);
  });

  it('is searched for before it is sent again', async () => {
    let late: UpstreamRequest | undefined;
    bench.upstream.on(CREATE, (request) => {
      late = request;
      return fault('reset');
    });
    await create().expect(504);
    if (late) bench.upstream.act(late);
    moveAhead(DOUBT_MS + 1000);
    await create().expect(201);
    expect(bench.upstream.count(CREATE)).toBe(1);
  });

  it('is not sent again if the search fails', async () => {
    loseFirstCreation();
    await create().expect(504);
    moveAhead(DOUBT_MS + 1000);
    bench.upstream.on('GET /connections', (_request, nth) => (nth < 9 ? problem(500, 'no list') : undefined));
    expect((await create()).status).toBe(502);
    expect(bench.upstream.count(CREATE)).toBe(1);
  });

  it('is found by its interval, which starts at the minute of the first attempt', async () => {
    const body = { ...ORDERS, schedule: { scheduleType: 'basic', basicTiming: 'Every 6 HOURS' } };
    let late: UpstreamRequest | undefined;
    bench.upstream.on(CREATE, (request) => {
      late = request;
      return fault('reset');
    });
    await create(body).expect(504);
    if (late) bench.upstream.act(late);
    moveAhead(50_000);
    await create(body).expect(201);
    expect(bench.upstream.count(CREATE)).toBe(1);
  });

  it('is searched for after a 500 of Airbyte, and sent again without a delay', async () => {
    bench.upstream.on(CREATE, (_request, nth) => (nth === 1 ? problem(500, 'Source is down.') : undefined));
    await create().expect(502);
    await create().expect(201);
    expect(bench.upstream.count(CREATE)).toBe(2);
    bench.upstream.on(CREATE, (request, nth) => {
      bench.upstream.act(request);
      return nth === 1 ? problem(500, 'Too late to say so.') : undefined;
    });
    await post('/ingestion', { ...ORDERS, name: 'Second' }, `${bench.key}-2`).expect(502);
    await post('/ingestion', { ...ORDERS, name: 'Second' }, `${bench.key}-2`).expect(201);
    expect(bench.upstream.count(CREATE)).toBe(3);
  });
});
