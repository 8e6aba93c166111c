import { request as openRequest } from 'node:http';
import { CREATE, idempotencyBench, ORDERS } from '../support/idempotency-bench';
import { latch } from '../support/latch';
import { problem } from '../support/scripted-upstream';
import { until } from '../support/until';

const bench = idempotencyBench();
const { create, moveAhead, post } = bench;

describe('Idempotency-Key', () => {
  it('returns the first answer again byte for byte, marked as replayed, and creates once', async () => {
    const first = await create().expect(201);
    const again = await create().expect(201);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.text).toBe(first.text);
    for (const name of ['location', 'content-type']) expect(again.headers[name]).toBe(first.headers[name]);
    expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect(bench.upstream.count(CREATE)).toBe(1);
  });

  it('ignores the order of members in the body', async () => {
    await create().expect(201);
    const { name, sourceId, destinationId } = ORDERS;
    const again = await create({ destinationId, sourceId, name }).expect(201);
    expect(again.headers['idempotency-replayed']).toBe('true');
  });

  it('is refused with another body or another path, and nothing is sent', async () => {
    await create().expect(201);
    expect((await create({ ...ORDERS, name: 'Other' }).expect(422)).body).toMatchObject({
      code: 'idempotency-key-reused',
    });
    await post('/ingestion/some-id/runs', ORDERS).expect(422);
    expect(bench.upstream.count(CREATE)).toBe(1);
  });

  it('carries a request out once if it arrives many times in parallel', async () => {
    const { opened, open } = latch();
    bench.upstream.on(CREATE, async () => {
      await opened;
      return undefined;
    });
    const first = create().then((response) => response);
    await bench.upstream.seen(CREATE);
    const others = await Promise.all(Array.from({ length: 20 }, () => create()));
    expect(new Set(others.map((response) => response.status))).toEqual(new Set([409]));
    expect(others[0]?.body).toMatchObject({ code: 'request-in-progress' });
    expect(others[0]?.headers['retry-after']).toBe('2');
    open();
    expect((await first).status).toBe(201);
    expect((await create()).headers['idempotency-replayed']).toBe('true');
    expect(bench.upstream.count(CREATE)).toBe(1);
  });

  it.each(['', 'two words', 'ümlaut', 'x'.repeat(256)])(
    'is refused with the name of the header if its value is %p',
    async (bad) => {
      const response = await bench.api
        .post('/ingestion')
        .set('Idempotency-Key', Buffer.from(bad).toString('latin1'))
        .send(ORDERS)
        .expect(400);
      expect(response.body).toMatchObject({
        code: 'validation-failed',
        errors: [{ field: 'Idempotency-Key' }],
      });
      expect(bench.upstream.requests).toEqual([]);
    },
  );

  it('returns a refusal of Airbyte again too', async () => {
    bench.upstream.on(CREATE, (_request, nth) => (nth === 1 ? problem(400, 'No.') : undefined));
    const first = await create().expect(422);
    const again = await create().expect(422);
    expect(again.text).toBe(first.text);
    expect(again.headers['content-type']).toContain('application/problem+json');
    expect(bench.upstream.count(CREATE)).toBe(1);
  });

  it.each([401, 403, 404])('can be used again after Airbyte answered a creation with %d', async (status) => {
    bench.upstream.on(CREATE, (_request, nth) => (nth === 1 ? problem(status, 'Not here.') : undefined));
    expect((await create()).status).toBeGreaterThanOrEqual(400);
    await create().expect(201);
    expect(bench.upstream.state.connections.size).toBe(1);
  });

  it('can be used again after a refused body and after a request that was not sent', async () => {
    await create({ ...ORDERS, name: '' }).expect(400);
    await bench.upstream.refuse();
    expect((await create()).status).toBe(502);
    await bench.upstream.listen();
    await until('the circuit to close', async () => (await create()).status === 201);
    expect(bench.upstream.count(CREATE)).toBe(1);
  });

  it('can be used again after IDEMPOTENCY_TTL_S', async () => {
    await create().expect(201);
    moveAhead(3_601_000);
    expect((await create().expect(201)).headers).not.toHaveProperty('idempotency-replayed');
    expect(bench.upstream.count(CREATE)).toBe(2);
  });

  it('stores the outcome for a caller that disconnected before the answer', async () => {
    const { opened, open } = latch();
    bench.upstream.on(CREATE, async () => {
      await opened;
      return undefined;
    });
    const caller = openRequest(`${bench.gateway.url}/ingestion`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': bench.key },
    });
    caller.on('error', () => undefined);
    caller.end(JSON.stringify(ORDERS));
    await bench.upstream.seen(CREATE);
    caller.destroy();
    open();
    const replay = await until('the outcome', async () => {
      const response = await create();
      return response.status === 201 && response;
    });
    expect(replay.headers['idempotency-replayed']).toBe('true');
    expect(bench.upstream.count(CREATE)).toBe(1);
  });

  it('is ignored by previews', async () => {
    const schedule = { scheduleType: 'cron', cronExpression: '0 2 * * *' };
    for (const body of [{ schedule }, { schedule, count: 1 }]) {
      const response = await post('/schedule/preview', body).expect(200);
      expect(response.headers).not.toHaveProperty('idempotency-replayed');
    }
  });

  it('is optional, and each creation without it makes an ingestion', async () => {
    bench.upstream.on(CREATE, () => undefined);
    await bench.api.post('/ingestion').send(ORDERS).expect(201);
    await bench.api.post('/ingestion').send(ORDERS).expect(201);
    expect(bench.upstream.state.connections.size).toBe(2);
  });
});
