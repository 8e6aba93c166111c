import {
  CREATE_BUDGET_MS,
  ENDLESS_MS,
  faultBench,
  ORDERS,
  SLACK_MS,
  UNKNOWN_ID,
} from '../support/fault-bench';
import { latch } from '../support/latch';
import { errorId, fault, hateoas, html, json, problem, type Reply } from '../support/scripted-upstream';

const LIST = 'GET /connections';
const CREATE = 'POST /connections';

const faults = faultBench();
const { always, create, get, once } = faults;

describe('a creation', () => {
  const lose = (kind: NonNullable<Reply['fault']>): void => {
    faults.upstream.on(CREATE, (request) => fault(kind, faults.upstream.act(request)));
  };

  it.each(['reset', 'hang', 'truncate', 'stall', 'short-length'] as const)(
    'is found and not sent again if its answer is lost: %s',
    async (kind) => {
      lose(kind);
      const answer = await create();
      const [row] = faults.upstream.state.connections.values();
      expect(answer).toMatchObject({ status: 201, body: { connectionId: row?.connectionId } });
      expect(answer.headers['location']).toBe(`/ingestion/${row?.connectionId ?? ''}/status`);
      expect(answer.ms).toBeLessThan(CREATE_BUDGET_MS + SLACK_MS);
      expect([faults.upstream.count(CREATE), faults.upstream.state.connections.size]).toEqual([1, 1]);
    },
  );

  it('is found if Airbyte finishes it after the request was aborted', async () => {
    const held = latch();
    faults.upstream.on(CREATE, async () => {
      await held.opened;
      return undefined;
    });
    faults.upstream.on(LIST, (_request, nth) => {
      if (nth === 1) held.open();
      return undefined;
    });
    expect((await create()).status).toBe(201);
    expect([faults.upstream.count(CREATE), faults.upstream.state.connections.size]).toEqual([1, 1]);
  });

  it.each<[string, Reply]>([
    ['a reset', fault('reset')],
    ['no answer', fault('hang')],
    ['a 504 of a proxy', html(504)],
    ['an unexpected body', json(200, { ok: true })],
  ])('is answered with 504 outcome-unknown after %s if no connection is found', async (_, reply) => {
    always(CREATE, reply);
    const answer = await create();
    expect(answer).toMatchObject({ status: 504, body: { code: 'outcome-unknown' } });
    expect(answer.body['detail']).toContain('name, source and destination');
    expect(answer.headers).not.toHaveProperty('retry-after');
    expect(answer.ms).toBeLessThan(CREATE_BUDGET_MS + SLACK_MS);
    expect(faults.upstream.count(CREATE)).toBe(1);
    expect(faults.upstream.count(LIST)).toBeGreaterThan(0);
  });

  it.each<[string, Reply]>([
    ['HTML pages', html()],
    ['unexpected bodies', json(200, { ok: true })],
  ])('is answered with 502, without a wait, by an address that returns only %s', async (_, reply) => {
    await faults.reopen({ AIRBYTE_CREATE_TIMEOUT_MS: ENDLESS_MS, AIRBYTE_TOKEN: faults.tokenOf('fixed') });
    always('*', reply);
    const answer = await create();
    expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-misbehaved' } });
    expect(answer.body['detail']).toContain('AIRBYTE_API_URL');
    expect([faults.upstream.count(CREATE), faults.upstream.count(LIST)]).toEqual([1, 2]);
  });

  it('is not repeated after a 500, and the message of the connector is returned', async () => {
    always(CREATE, problem(500, 'Something went wrong in the connector.'));
    const answer = await create();
    expect(answer).toMatchObject({
      status: 502,
      body: { code: 'airbyte-failed', detail: 'Something went wrong in the connector.' },
    });
    expect([faults.upstream.count(CREATE), faults.upstream.count(LIST)]).toEqual([1, 1]);
  });

  it('is repeated after a 429', async () => {
    once(CREATE, json(429, { message: 'You are being rate limited.' }));
    expect((await create()).status).toBe(201);
    expect([faults.upstream.count(CREATE), faults.upstream.state.connections.size]).toEqual([2, 1]);
  });

  it('is answered with 503 and Retry-After if Airbyte answers 429 for the whole budget', async () => {
    always(CREATE, json(429, { message: 'You are being rate limited.' }));
    const answer = await create();
    expect(answer).toMatchObject({ status: 503, body: { code: 'airbyte-unavailable' } });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.ms).toBeLessThan(CREATE_BUDGET_MS + SLACK_MS);
  });

  it('is repeated if the connection was refused before anything was sent', async () => {
    await get(`/ingestion/${UNKNOWN_ID}`);
    await faults.upstream.refuse();
    const pending = create();
    await new Promise((resolve) => setImmediate(resolve));
    await faults.upstream.listen();
    expect((await pending).status).toBe(201);
    expect([faults.upstream.count(CREATE), faults.upstream.state.connections.size]).toEqual([1, 1]);
  });

  it.each([
    [['sourceId'], { ...ORDERS, sourceId: UNKNOWN_ID }],
    [['destinationId'], { ...ORDERS, destinationId: UNKNOWN_ID }],
    [['sourceId', 'destinationId'], { ...ORDERS, sourceId: UNKNOWN_ID, destinationId: UNKNOWN_ID }],
  ])('with unknown ids is answered with 422 and names the fields %p', async (fields, body) => {
    const answer = await create(body);
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'reference-not-found', errors: fields.map((field) => ({ field })) },
    });
  });

  it.each<[string, Reply, number, string, string]>([
    ['400', problem(400, 'Not today.'), 422, 'rejected-by-airbyte', 'Not today.'],
    ['400 of the framework', hateoas(400, 'name: too odd'), 422, 'rejected-by-airbyte', 'name: too odd'],
    ['422', problem(422, 'Cannot be mapped.'), 422, 'rejected-by-airbyte', 'Cannot be mapped.'],
    ['409', problem(409, 'It is locked.'), 409, 'conflict', 'It is locked.'],
  ])('is refused with the message of Airbyte: %s', async (_, reply, status, code, detail) => {
    always(CREATE, reply);
    expect(await create()).toMatchObject({ status, body: { code, detail } });
    expect(faults.upstream.count(CREATE)).toBe(1);
  });

  it('returns the errorId of Airbyte if there is no message', async () => {
    always(CREATE, errorId(422));
    const answer = await create();
    expect(answer).toMatchObject({
      status: 422,
      body: { upstream: { status: 422, errorId: expect.any(String) } },
    });
  });
});

describe('a change with an unknown outcome', () => {
  it.each([
    ['POST', '/runs', 'POST /jobs', 'hang', 'runs of this ingestion'],
    ['POST', '/runs/1/cancel', 'DELETE /jobs/:id', 'reset', 'look at the run.'],
    ['DELETE', '', 'DELETE /connections/:id', 'hang', 'look at the ingestion.'],
  ] as const)(
    'is answered with 504, and the detail says how to check it: %s %s',
    async (method, path, operation, kind, where) => {
      const connectionId = faults.existing();
      faults.upstream.state.addJob({ connectionId, status: path === '/runs' ? 'succeeded' : 'running' });
      always(operation, fault(kind));
      const answer = await faults.send(method, `/ingestion/${connectionId}${path}`);
      expect(answer).toMatchObject({ status: 504, body: { code: 'outcome-unknown' } });
      expect(answer.body['detail']).toContain(where);
      expect(faults.upstream.count(operation)).toBe(1);
    },
  );
});
