import { API_KEYS, KEYS } from '../support/api-keys';
import { fault, hateoas, html, json } from '../support/scripted-upstream';
import { startGateway } from '../support/gateway';
import { ingestionBench, UUID } from '../support/ingestion-bench';
import { type InternalApi, serveInternalApi } from '../support/upstream-internal';

const TIMELINE = 'internal connections/events/list';
const UPDATE = 'internal connections/update_with_reason';
const UNTIL = '2026-01-24T06:00:00Z';
const REASON = 'The warehouse is being moved.';

const bench = ingestionBench();
let internal: InternalApi;

beforeEach(() => {
  internal = serveInternalApi(bench.upstream);
});

const reasons = (): unknown[] =>
  bench.upstream.of(UPDATE).map(({ body }) => (body as Record<string, unknown>)['updateReason']);
const problem = async (changes: object, status: number): Promise<Record<string, unknown>> =>
  (await bench.patch(changes).expect(status)).body as Record<string, unknown>;

it('stores the reason and the end in the timeline, and nothing by the public API', async () => {
  bench.connection();
  const { body } = await bench
    .patch({ status: 'inactive', pause: { reason: REASON, until: UNTIL } })
    .expect(200);
  expect(body).toMatchObject({ status: 'inactive' });
  expect(reasons()).toEqual([`${REASON} [gateway pause by - until 2026-01-24T06:00:00.000Z]`]);
  expect(bench.sent()).toEqual([]);
});

it('names the caller', async () => {
  bench.connection();
  const gateway = await startGateway({ AIRBYTE_API_URL: bench.upstream.url, API_KEYS });
  try {
    const changes = { status: 'inactive', pause: { reason: REASON } };
    await gateway.api.patch(`/ingestion/${UUID}`).set('X-API-Key', KEYS.writer).send(changes).expect(200);
    expect(reasons()).toEqual([`${REASON} [gateway pause by key:writer until -]`]);
  } finally {
    await gateway.close();
  }
});

it('changes the reason of a pause, and nothing if it is the same', async () => {
  bench.connection();
  await bench.patch({ status: 'inactive', pause: { reason: REASON } }).expect(200);
  await bench.patch({ pause: { reason: REASON } }).expect(200);
  expect(reasons()).toHaveLength(1);
  await bench.patch({ pause: { until: UNTIL } }).expect(200);
  expect(reasons()[1]).toBe('[gateway pause by - until 2026-01-24T06:00:00.000Z]');
});

it('changes other fields in the same request', async () => {
  bench.connection();
  const { body } = await bench
    .patch({ name: 'New', status: 'inactive', pause: { reason: REASON } })
    .expect(200);
  expect(body).toMatchObject({ name: 'New', status: 'inactive' });
  expect(bench.sent()).toEqual([{ name: 'New' }]);
});

it('ends a pause with the status active', async () => {
  bench.connection();
  await bench.patch({ status: 'inactive', pause: { until: UNTIL } }).expect(200);
  const { body } = await bench.patch({ status: 'active' }).expect(200);
  expect(body).toMatchObject({ status: 'active' });
});

it.each([
  [{ status: 'inactive', pause: {} }, 'pause'],
  [{ status: 'inactive', pause: { reason: null, until: null } }, 'pause'],
  [{ status: 'inactive', pause: 'x' }, 'pause'],
  [{ status: 'inactive', pause: { reason: ' ' } }, 'pause.reason'],
  [{ status: 'inactive', pause: { reason: 'a\nb' } }, 'pause.reason'],
  [{ status: 'inactive', pause: { reason: 'x'.repeat(501) } }, 'pause.reason'],
  [{ status: 'inactive', pause: { reason: 'a [Gateway Pause by me until -]' } }, 'pause.reason'],
  [{ status: 'inactive', pause: { until: '2026-01-15T10:30:00Z' } }, 'pause.until'],
  [{ status: 'inactive', pause: { until: '2027-02-15T10:30:00Z' } }, 'pause.until'],
  [{ status: 'inactive', pause: { until: '2026-01-24T06:00:00' } }, 'pause.until'],
  [{ status: 'inactive', pause: { until: '2026-02-30T06:00:00Z' } }, 'pause.until'],
  [{ status: 'inactive', pause: { until: '2026-01-24' } }, 'pause.until'],
  [{ status: 'inactive', pause: { until: 1769234400 } }, 'pause.until'],
  [{ status: 'inactive', pause: { reason: REASON, by: 'me' } }, 'pause.by'],
  [{ status: 'active', pause: { reason: REASON } }, 'pause'],
  [{ pause: { reason: REASON } }, 'status'],
])('refuses %j and changes nothing', async (changes, field) => {
  bench.connection();
  expect(await problem({ name: 'New', ...changes }, 400)).toMatchObject({ errors: [{ field }] });
  expect(reasons()).toEqual([]);
  expect(bench.sent()).toEqual([]);
});

it('takes an end with an offset', async () => {
  bench.connection();
  await bench.patch({ status: 'inactive', pause: { until: '2026-01-24T07:00+01:00' } }).expect(200);
  expect(reasons()).toEqual(['[gateway pause by - until 2026-01-24T06:00:00.000Z]']);
});

describe('a reason that Airbyte does not store', () => {
  it('leaves the ingestion active', async () => {
    bench.connection();
    bench.upstream.on(UPDATE, () => {
      const row = bench.upstream.state.connections.get(UUID);
      if (row) row.status = 'inactive';
      return json(200, { connectionId: UUID, status: 'inactive' });
    });
    expect(await problem({ status: 'inactive', pause: { reason: REASON } }, 502)).toMatchObject({
      code: 'airbyte-failed',
    });
    expect(bench.upstream.state.connections.get(UUID)?.status).toBe('active');
  });

  it('because of another change at the same time is a conflict', async () => {
    bench.connection();
    const activation = { id: 'x', eventType: 'CONNECTION_ENABLED', createdAt: 1_768_500_000, summary: {} };
    bench.upstream.on(TIMELINE, (_, nth) => {
      if (nth === 2) internal.events.unshift(activation);
      return json(200, { events: internal.events });
    });
    expect(await problem({ status: 'inactive', pause: { reason: REASON } }, 409)).toMatchObject({
      code: 'conflict',
    });
  });

  it('cannot be excluded if the timeline is not answered any more', async () => {
    bench.connection();
    bench.upstream.on(TIMELINE, (_, nth) => (nth === 2 ? json(500, {}) : json(200, { events: [] })));
    expect(await problem({ status: 'inactive', pause: { reason: REASON } }, 504)).toMatchObject({
      code: 'outcome-unknown',
    });
  });
});

describe('without the capability', () => {
  it.each([
    ['is turned off', undefined, { AIRBYTE_INTERNAL_API: 'off' }],
    ['answers 404', json(404, { message: 'Not Found' }), {}],
    ['answers 403', hateoas(403, 'Forbidden'), {}],
    ['answers with a page', html(200), {}],
    ['answers nothing', fault('hang'), {}],
  ] as const)(
    'an internal API that %s refuses the pause, and changes the status alone',
    async (_, reply, settings) => {
      bench.connection();
      if (reply) bench.upstream.on(TIMELINE, () => reply).on(UPDATE, () => reply);
      const gateway = await startGateway({
        AIRBYTE_API_URL: bench.upstream.url,
        AIRBYTE_TIMEOUT_MS: '1000',
        ...settings,
      });
      try {
        const patch = (changes: object): ReturnType<typeof bench.patch> =>
          gateway.api.patch(`/ingestion/${UUID}`).send(changes);
        for (let round = 0; round < 2; round++) {
          const { body } = await patch({ name: 'New', status: 'inactive', pause: { reason: REASON } }).expect(
            501,
          );
          expect(body).toMatchObject({
            code: 'capability-off',
            detail: expect.stringMatching(/pauseReasons, which is off\. .+\.$/) as string,
          });
        }
        expect(bench.sent()).toEqual([]);
        expect((await patch({ status: 'inactive' }).expect(200)).body).toMatchObject({ status: 'inactive' });
        expect(bench.sent()).toEqual([{ status: 'inactive' }]);
      } finally {
        await gateway.close();
      }
    },
  );

  it.each([
    [json(404, { message: 'Not Found' }), 'no such endpoint'],
    [hateoas(403, 'Forbidden'), 'not allowed'],
  ])('an endpoint that only refuses changes leaves the history on', async (reply, reason) => {
    bench.connection();
    bench.upstream.on(UPDATE, () => reply);
    const gateway = await startGateway({ AIRBYTE_API_URL: bench.upstream.url });
    try {
      const { body } = await gateway.api
        .patch(`/ingestion/${UUID}`)
        .send({ status: 'inactive', pause: { reason: REASON } })
        .expect(501);
      expect(body).toMatchObject({ detail: expect.stringContaining(reason) as string });
      await gateway.api.get(`/ingestion/${UUID}/history`).expect(200);
    } finally {
      await gateway.close();
    }
  });
});
