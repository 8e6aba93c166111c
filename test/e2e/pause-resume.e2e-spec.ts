import { MirrorBench, type MirrorGateway } from '../support/mirror-bench';
import { json } from '../support/scripted-upstream';
import { until } from '../support/until';
import { type InternalApi, serveInternalApi } from '../support/upstream-internal';

const UPDATE = 'internal connections/update_with_reason';
const TIMELINE = 'internal connections/events/list';
const HOUR_MS = 3_600_000;

interface Pause {
  readonly by: string;
  readonly name: string | null;
  readonly reason: string | null;
  readonly airbyteReason: string | null;
  readonly since: string;
  readonly until: string | null;
}
interface StatusBody {
  readonly status: string;
  readonly health: string;
  readonly pause: Pause | null;
}

let bench: MirrorBench;
let internal: InternalApi;
let id: string;

beforeAll(async () => {
  bench = await MirrorBench.start();
});
beforeEach(() => {
  internal = serveInternalApi(bench.upstream);
  id = bench.upstream.state.addConnection().connectionId;
});
afterEach(() => bench.reset());
afterAll(() => bench.close());

const inAnHour = (): string => new Date(bench.clock.now().getTime() + HOUR_MS).toISOString();
const pauseUntil = async (gateway: MirrorGateway, end: string): Promise<void> => {
  const body = { status: 'inactive', pause: { reason: 'The warehouse moves.', until: end } };
  expect((await gateway.send('PATCH', `/ingestion/${id}`, { body })).status).toBe(200);
};
const statusOf = async (gateway: MirrorGateway): Promise<StatusBody> =>
  (await gateway.send<StatusBody>('GET', `/ingestion/${id}/status`)).body;
const stateOf = (): string | undefined => bench.upstream.state.connections.get(id)?.status;
const activations = (): number =>
  bench.upstream.of(UPDATE).filter(({ body }) => JSON.stringify(body).includes('"active"')).length;
const untilActive = async (): Promise<void> => {
  await until('the ingestion to be active', () => {
    bench.clock.skip(1000);
    return stateOf() === 'active';
  });
};
/** Lets the gateway look at a pause whose end has passed. */
const untilLookedAt = async (): Promise<void> => {
  const before = bench.upstream.count(TIMELINE);
  await until('the gateway to look at the pause', () => {
    bench.clock.skip(1000);
    return bench.upstream.count(TIMELINE) > before;
  });
  await bench.upstream.idle();
};
const userEvent = (eventType: string, summary: object): void => {
  internal.events.unshift({
    id: `event ${internal.events.length}`,
    connectionId: id,
    eventType,
    createdAt: Math.floor(bench.clock.now().getTime() / 1000),
    summary,
    user: { name: 'Ada' },
  });
};

it('the ingestion becomes active at the end, without a reader, and the history says who did it', async () => {
  const gateway = await bench.open();
  const end = inAnHour();
  await pauseUntil(gateway, end);
  bench.clock.skip(HOUR_MS - 60_000);
  await bench.upstream.idle();
  expect(stateOf()).toBe('inactive');
  bench.clock.skip(60_000);
  await untilActive();
  await until('the change to end', async () => (await statusOf(gateway)).status === 'active');
  expect((await statusOf(gateway)).pause).toBeNull();
  expect(activations()).toBe(1);
  const { body } = await gateway.send<{ data: unknown[] }>('GET', `/ingestion/${id}/history`);
  expect(body.data).toMatchObject([
    { kind: 'activated', by: { kind: 'gateway' }, reason: `The pause until ${end} was over.` },
    { kind: 'paused', by: { kind: 'gateway' }, reason: 'The warehouse moves.', until: end },
  ]);
});

it('a gateway that is started after the end activates it late', async () => {
  const first = await bench.open();
  await pauseUntil(first, inAnHour());
  await first.close();
  bench.clock.skip(2 * HOUR_MS);
  await bench.open();
  await untilActive();
  expect(activations()).toBe(1);
});

it('an outage at the end makes it late', async () => {
  const gateway = await bench.open();
  await pauseUntil(gateway, inAnHour());
  await bench.upstream.refuse();
  bench.clock.skip(HOUR_MS);
  await until(
    'a failed call',
    async () => (await gateway.status(id)).status !== 200 || stateOf() === 'inactive',
  );
  await bench.upstream.listen();
  await untilActive();
  expect(activations()).toBe(1);
});

it('a change that fails at the end is repeated', async () => {
  const gateway = await bench.open();
  await pauseUntil(gateway, inAnHour());
  internal.replies.set('connections/update_with_reason', () => json(500, {}));
  bench.clock.skip(HOUR_MS);
  await until('two failed changes', () => {
    bench.clock.skip(1000);
    return activations() === 2;
  });
  expect(stateOf()).toBe('inactive');
  internal.replies.clear();
  await untilActive();
  expect(activations()).toBe(3);
});

describe('a pause that somebody has changed meanwhile', () => {
  it('in Airbyte is left alone', async () => {
    const gateway = await bench.open();
    await pauseUntil(gateway, inAnHour());
    userEvent('CONNECTION_ENABLED', {});
    userEvent('CONNECTION_DISABLED', { disabledReason: 'for good' });
    bench.clock.skip(HOUR_MS);
    await untilLookedAt();
    expect(stateOf()).toBe('inactive');
    expect(activations()).toBe(0);
  });

  it('by another gateway ends at its new end', async () => {
    const [first, second] = [await bench.open(), await bench.open()];
    await pauseUntil(first, inAnHour());
    const later = new Date(bench.clock.now().getTime() + 2 * HOUR_MS).toISOString();
    const body = { pause: { until: later } };
    expect((await second.send('PATCH', `/ingestion/${id}`, { body })).status).toBe(200);
    bench.clock.skip(HOUR_MS);
    await untilLookedAt();
    expect(stateOf()).toBe('inactive');
    bench.clock.skip(HOUR_MS);
    await untilActive();
  });

  it('to active is not paused or activated again', async () => {
    const gateway = await bench.open();
    await pauseUntil(gateway, inAnHour());
    await gateway.send('PATCH', `/ingestion/${id}`, { body: { status: 'active' } });
    bench.clock.skip(HOUR_MS);
    await gateway.tick(2);
    expect(activations()).toBe(0);
  });
});

describe('the status', () => {
  it('has the pause, for one call per change', async () => {
    const gateway = await bench.open();
    await gateway.warm();
    const end = inAnHour();
    await pauseUntil(gateway, end);
    const expected = {
      by: 'gateway',
      name: null,
      reason: 'The warehouse moves.',
      airbyteReason: null,
      until: end,
    };
    const { pause, health } = await statusOf(gateway);
    expect(pause).toMatchObject(expected);
    expect(Math.abs(Date.parse(pause?.since ?? '') - bench.clock.now().getTime())).toBeLessThan(60_000);
    expect(health).toBe('paused');
    const calls = await bench.callsOf(async () => {
      for (let read = 0; read < 5; read++) expect((await statusOf(gateway)).pause).toMatchObject(expected);
    });
    expect(calls.filter(({ operation }) => operation === TIMELINE)).toEqual([]);
  });

  it('keeps the begin of a pause whose reason is changed', async () => {
    const gateway = await bench.open();
    await pauseUntil(gateway, inAnHour());
    const { pause: before } = await statusOf(gateway);
    bench.clock.skip(60_000);
    await gateway.send('PATCH', `/ingestion/${id}`, { body: { pause: { reason: 'It takes longer.' } } });
    expect((await statusOf(gateway)).pause).toMatchObject({
      reason: 'It takes longer.',
      until: null,
      since: before?.since,
    });
  });

  it.each([
    [
      { user: { name: 'Ada' }, summary: { disabledReason: 'for good' } },
      { by: 'user', name: 'Ada', reason: 'for good', airbyteReason: null },
    ],
    [
      { user: { name: 'Ada' }, summary: {} },
      { by: 'user', name: 'Ada', reason: null, airbyteReason: null },
    ],
    [
      { summary: { disabledReason: 'TOO_MANY_FAILED_JOBS_WITH_NO_RECENT_SUCCESS' } },
      { by: 'airbyte', name: null, airbyteReason: 'too_many_failed_jobs_with_no_recent_success' },
    ],
    [
      { summary: { disabledReason: 'A_NEW_ONE' } },
      { by: 'airbyte', airbyteReason: 'unknown', reason: 'A_NEW_ONE' },
    ],
  ])('of a pause by an event %j', async (members, pause) => {
    const row = bench.upstream.state.connections.get(id);
    if (row) row.status = 'inactive';
    internal.events = [
      { id: 'x', connectionId: id, eventType: 'CONNECTION_DISABLED', createdAt: 1_768_464_000, ...members },
    ];
    const gateway = await bench.open();
    expect((await statusOf(gateway)).pause).toMatchObject({
      ...pause,
      since: '2026-01-15T08:00:00.000Z',
      until: null,
    });
  });

  it('of an ingestion that was created inactive has none', async () => {
    const row = bench.upstream.state.connections.get(id);
    if (row) row.status = 'inactive';
    expect((await statusOf(await bench.open())).pause).toBeNull();
  });

  it('is there without the capability', async () => {
    const row = bench.upstream.state.connections.get(id);
    if (row) row.status = 'inactive';
    const gateway = await bench.open({ AIRBYTE_INTERNAL_API: 'off' });
    expect(await statusOf(gateway)).toMatchObject({ status: 'inactive', health: 'paused', pause: null });
    expect(bench.upstream.requests.filter(({ operation }) => operation.startsWith('internal'))).toEqual([]);
  });
});
