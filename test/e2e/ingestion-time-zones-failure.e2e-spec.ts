import { clockOf } from '../support/clock';
import type { TestGateway } from '../support/gateway';
import { fault, hateoas, html, json, problem, type Reply } from '../support/scripted-upstream';
import { BERLIN, ORDERS, WRITE, zoneProblemOf, TimeZoneBench } from '../support/time-zone-bench';
import { serveInternalApi } from '../support/upstream-internal';
import { updateConnection } from '../support/upstream-schedules';

const bench = new TimeZoneBench(clockOf(() => new Date('2026-01-15T10:30:00Z')));

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
    await bench.withGateway(async (api) => {
      expect(zoneProblemOf(await send(api, 'undone').expect(status))).toMatchObject({ code });
      expect(bench.rows()).toEqual([]);
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
    await bench.withGateway(async (api) => {
      expect(zoneProblemOf(await send(api, 'retry').expect(504))).toMatchObject({ code: 'outcome-unknown' });
      expect(bench.rows()).toHaveLength(1);
      isDown = false;
      const { body } = await send(api, 'retry').expect(201);
      expect(body).toMatchObject({ schedule: BERLIN, status: 'active' });
      expect(bench.rows()).toEqual([expect.objectContaining({ status: 'active' })]);
      expect(bench.upstream.count('POST /connections')).toBe(1);
    });
  });

  it('and cannot be undone is undone by the retry if the capability is gone', async () => {
    let isDown = true;
    bench.upstream
      .on(WRITE, () => (isDown ? json(500, { message: 'down' }) : json(404, { message: 'Not Found' })))
      .on('DELETE /connections/:id', () => (isDown ? json(500, { message: 'down' }) : undefined));
    await bench.withGateway(async (api) => {
      await send(api, 'gone').expect(504);
      isDown = false;
      await send(api, 'gone').expect(400);
      expect(bench.rows()).toEqual([]);
    });
  });

  it('leaves the connections of others alone', async () => {
    const placeholder = { scheduleType: 'cron', cronExpression: '0 00 000 ? 01 01 UTC' };
    bench.upstream.state.addConnection({ name: 'Other', status: 'inactive', schedule: placeholder });
    let isDown = true;
    bench.upstream
      .on(WRITE, () => (isDown ? json(500, { message: 'down' }) : undefined))
      .on('DELETE /connections/:id', () => (isDown ? json(500, { message: 'down' }) : undefined));
    await bench.withGateway(async (api) => {
      await send(api, 'others').expect(504);
      isDown = false;
      serveInternalApi(bench.upstream);
      await send(api, 'others').expect(201);
      expect(bench.rows()).toEqual([
        { status: 'inactive', schedule: placeholder },
        expect.objectContaining({ status: 'active' }),
      ]);
    });
  });
});
