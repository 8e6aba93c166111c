import { createHash } from 'node:crypto';
import { latch } from '../support/latch';
import { isFeed, MirrorBench, type MirrorGateway } from '../support/mirror-bench';
import { DESTINATION_ID, type Handler, SOURCE_ID } from '../support/scripted-upstream';
import { fillHistory } from '../support/upstream-history';

const SETTINGS = { FEED_INTERVAL_MS: '600000', CONNECTION_MAX_AGE_MS: '3600000' };
const ORDERS = { name: 'Mine', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const OTHER_WORKSPACE = '2f6d3c1e-0000-4000-8000-000000000002';

interface List {
  readonly data: readonly { readonly connectionId: string; readonly name: string; readonly status: string }[];
}

let bench: MirrorBench;
let ids: readonly string[];

beforeAll(async () => {
  bench = await MirrorBench.start();
});
beforeEach(() => {
  ids = fillHistory(bench.upstream.state, { connections: 20, jobsEach: 3 });
});
afterEach(() => bench.reset());
afterAll(() => bench.close());

const listed = async (gateway: MirrorGateway, id: string): Promise<List['data'][number] | undefined> => {
  const { body } = await gateway.send<List>('GET', '/ingestion?pageSize=100');
  return body.data.find(({ connectionId }) => connectionId === id);
};
const batched = async (gateway: MirrorGateway, id: string): Promise<unknown> => {
  const { body } = await gateway.send<{ results: { status: unknown }[] }>('POST', '/ingestion/status/batch', {
    body: { ids: [id] },
  });
  return body.results[0]?.status;
};

describe('a change through the gateway', () => {
  let gateway: MirrorGateway;
  let id: string;
  let path: string;

  beforeEach(async () => {
    // Answers that a test delays hold places.
    gateway = await bench.open({ ...SETTINGS, AIRBYTE_MAX_CONCURRENCY: '20' });
    await gateway.warm();
    id = ids[0] ?? '';
    path = `/ingestion/${id}`;
  });

  /** Answers that Airbyte computes now, but that arrive only when the latch is opened. */
  const delayAnswers = (...operations: string[]): (() => void) => {
    const { opened, open } = latch();
    const delay: Handler = async (request) => {
      const reply = bench.upstream.act(request);
      await opened;
      return reply;
    };
    for (const operation of operations) bench.upstream.on(operation, delay);
    return () => {
      for (const operation of operations) bench.upstream.on(operation, () => undefined);
      open();
    };
  };

  it('is visible at once in the status, the list and a batch', async () => {
    await gateway.send('PATCH', path, { body: { status: 'inactive', name: 'Mine' } });
    expect((await gateway.status(id)).body).toMatchObject({ status: 'inactive', health: 'paused' });
    expect(await listed(gateway, id)).toMatchObject({ status: 'inactive', name: 'Mine' });
    expect(await batched(gateway, id)).toMatchObject({ status: 'inactive' });
  });

  it('is visible at once when a run is started and cancelled', async () => {
    const started = await gateway.send<{ runId: string }>('POST', `${path}/runs`);
    const { runId } = started.body;
    expect((await gateway.status(id)).body).toMatchObject({ syncState: 'running', currentRun: { runId } });
    expect(await batched(gateway, id)).toMatchObject({ currentRun: { runId } });
    await gateway.send('POST', `${path}/runs/${runId}/cancel`);
    expect((await gateway.status(id)).body).toMatchObject({
      syncState: 'idle',
      lastRun: { runId, status: 'cancelled' },
    });
  });

  it('is visible at once when an ingestion is created or deleted', async () => {
    const created = await gateway.send<{ connectionId: string }>('POST', '/ingestion', { body: ORDERS });
    const { connectionId } = created.body;
    expect(await listed(gateway, connectionId)).toMatchObject({ name: 'Mine' });
    expect((await gateway.status(connectionId)).body).toMatchObject({ health: 'never_synced' });
    await gateway.send('DELETE', `/ingestion/${connectionId}`);
    expect(await listed(gateway, connectionId)).toBeUndefined();
    expect((await gateway.status(connectionId)).status).toBe(404);
    expect(await batched(gateway, connectionId)).toBeNull();
  });

  it('makes a list look for a deleted ingestion once', async () => {
    await gateway.send('DELETE', path);
    expect(await listed(gateway, id)).toBeUndefined();
    const calls = await bench.callsOf(async () => {
      for (let lists = 0; lists < 3; lists++) {
        // Longer than a direct read is shared.
        bench.clock.skip(2000);
        expect(await listed(gateway, id)).toBeUndefined();
      }
    });
    expect(calls.filter((call) => call.id === id)).toEqual([]);
  });

  it.each([
    ['a list of connections', ['GET /connections']],
    ['the connection itself', ['GET /connections/:id']],
    ['jobs', ['GET /jobs']],
    ['anything', ['GET /connections', 'GET /connections/:id', 'GET /jobs', 'GET /jobs/:id']],
  ])('is not undone by an older answer about %s that arrives late', async (_, operations) => {
    const { runId } = (await gateway.send<{ runId: string }>('POST', `${path}/runs`)).body;
    const release = delayAnswers(...operations);
    const before = bench.upstream.requests.length;
    bench.clock.skip(3_600_000);
    const early = [gateway.status(id), gateway.status(id, 'no-cache')];
    await bench.upstream.seen('*', before + 1);
    for (const operation of operations) bench.upstream.on(operation, () => undefined);
    const late = [
      gateway.send('PATCH', path, { body: { status: 'inactive' } }),
      gateway.send('POST', `${path}/runs/${runId}/cancel`),
    ];
    for (const { status } of await Promise.all(late)) expect([200, 202]).toContain(status);
    const changed = { status: 'inactive', lastRun: { runId, status: 'cancelled' }, syncState: 'idle' };
    expect((await gateway.status(id)).body).toMatchObject(changed);
    release();
    await Promise.all(early);
    await bench.upstream.idle();
    for (let reads = 0; reads < 20; reads++) expect((await gateway.status(id)).body).toMatchObject(changed);
    expect(await listed(gateway, id)).toMatchObject({ status: 'inactive' });
  });

  it('does not make others be read again', async () => {
    await gateway.send('PATCH', path, { body: { name: 'Mine' } });
    const calls = await bench.callsOf(async () => {
      for (const other of ids.slice(1)) expect((await gateway.status(other)).status).toBe(200);
    });
    expect(calls).toEqual([]);
  });
});

describe('ids of other workspaces', () => {
  const sha256 = createHash('sha256').update('limited').digest('hex');
  const headers = { 'x-api-key': 'limited' };

  it('cause the same calls and the same answers as unknown ids', async () => {
    const other = bench.upstream.state.addConnection({ workspaceId: OTHER_WORKSPACE }).connectionId;
    bench.upstream.state.addJob({ connectionId: other });
    const own = ids[0] ?? '';
    const workspaceId = bench.upstream.state.connections.get(own)?.workspaceId ?? '';
    const gateway = await bench.open({
      ...SETTINGS,
      API_KEYS: [
        `limited:ingestion:read+ingestion:write:${sha256}:${workspaceId}`,
        `all:ingestion:read:${createHash('sha256').update('all').digest('hex')}`,
      ].join(','),
    });
    const everything = { headers: { 'x-api-key': 'all' } };
    const settle = async (): Promise<void> => {
      for (;;) {
        const calls = await bench.callsOf(() => gateway.send('GET', '/ingestion?health=failing', everything));
        if (calls.length === 0) return;
        await bench.upstream.idle();
      }
    };
    await settle();
    expect((await gateway.send('GET', `/ingestion/${other}/status`, everything)).status).toBe(200);
    const operations = async (id: string, cacheControl: string): Promise<unknown> => {
      let answer;
      const calls = await bench.callsOf(async () => {
        answer = await gateway.send('GET', `/ingestion/${id}/status`, {
          headers: { ...headers, 'cache-control': cacheControl },
        });
      });
      const text = JSON.stringify(answer).replaceAll(id, 'ID');
      const { status, body } = JSON.parse(text) as { status: number; body: Record<string, unknown> };
      return {
        status,
        body: { ...body, requestId: '' },
        calls: calls
          .filter((call) => !isFeed(call))
          .map(({ operation }) => operation)
          .sort(),
      };
    };
    for (const cacheControl of ['max-age=600', 'no-cache']) {
      bench.clock.skip(10_000);
      const unknown = await operations('2f6d3c1e-0000-4000-8000-00000000dead', cacheControl);
      expect(unknown).toMatchObject({ status: 404 });
      expect(await operations(other, cacheControl)).toEqual(unknown);
    }
  });
});

describe('more connections than MIRROR_MAX_CONNECTIONS', () => {
  it('are read directly, and lists still have all of them', async () => {
    const gateway = await bench.open({ ...SETTINGS, MIRROR_MAX_CONNECTIONS: '5', STATUS_MAX_AGE_MS: '0' });
    await gateway.status(ids[0] ?? '');
    await bench.upstream.idle();
    const job = bench.upstream.state.addJob({ connectionId: ids[7] ?? '', status: 'running' });
    for (const id of ids) expect((await gateway.status(id)).status).toBe(200);
    const all = await gateway.send<List>('GET', '/ingestion?pageSize=100');
    expect(all.body.data.map(({ connectionId }) => connectionId).sort()).toEqual([...ids].sort());
    const direct = await bench.callsOf(async () => {
      for (const id of ids) await gateway.status(id);
    });
    expect(
      direct.filter(({ operation }) => operation === 'GET /connections/:id').length,
    ).toBeGreaterThanOrEqual(ids.length - 5);
    expect((await gateway.status(ids[7] ?? '')).body.currentRun?.runId).toBe(String(job.jobId));
  });
});
