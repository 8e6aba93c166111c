import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SAMPLE_DESTINATION_IDS, SAMPLE_SOURCE_IDS } from '../../src/embedded/samples/ids';
import { parseMetrics, valueOf } from '../support/exposition';
import { startGateway } from '../support/gateway';
import { DAILY, ingestionBench, UUID } from '../support/ingestion-bench';
import { DESTINATION_ID, SOURCE_ID, WORKSPACE_ID } from '../support/scripted-upstream';
import { until } from '../support/until';

const ORDERS = { name: 'Orders', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const OWN_TAG = { tagId: 'own', workspaceId: WORKSPACE_ID, name: 'Team A', color: '000000' };

interface Freshness {
  readonly connectionId: string;
  readonly freshness: string | null;
  readonly health: string;
}

const bench = ingestionBench();
const { connection, patch, read, sent } = bench;

const tagNames = (id = UUID): string[] =>
  (bench.upstream.state.connections.get(id)?.tags ?? []).map(({ name }) => name);
const statusOf = async (query = ''): Promise<Freshness> =>
  (await bench.api.get(`/ingestion/${UUID}/status${query}`).expect(200)).body as Freshness;
/** A success that ended eight and a half hours ago. */
const succeed = (): void => {
  const times = { startTime: '2026-01-15T02:00:00Z', lastUpdatedAt: '2026-01-15T02:00:00Z' };
  bench.upstream.state.addJob({ connectionId: UUID, rowsSynced: 1, bytesSynced: 1, ...times });
};

describe('the freshness of an ingestion', () => {
  it('is stored with the creation as a tag, which other ingestions share', async () => {
    const created: Freshness[] = [];
    for (const name of ['One', 'Two']) {
      const body = { ...ORDERS, name, freshness: 'PT6H' };
      created.push((await bench.api.post('/ingestion').send(body).expect(201)).body as Freshness);
    }
    expect(created.map(({ freshness }) => freshness)).toEqual(['PT6H', 'PT6H']);
    for (const { connectionId } of created) expect(tagNames(connectionId)).toEqual(['freshness=PT6H']);
    expect(bench.upstream.count('POST /tags')).toBe(1);
    expect(bench.upstream.count('PATCH /connections/:id')).toBe(0);
  });

  it('decides about the status', async () => {
    connection({ schedule: DAILY });
    succeed();
    expect(await statusOf()).toMatchObject({ freshness: null, health: 'healthy' });
    await patch({ freshness: 'PT8H' }).expect(200);
    expect(await statusOf()).toMatchObject({ freshness: 'PT8H', health: 'stale' });
    await patch({ freshness: 'PT9H' }).expect(200);
    expect(await statusOf()).toMatchObject({ freshness: 'PT9H', health: 'healthy' });
    expect(await statusOf('?freshness=PT1H')).toMatchObject({ freshness: 'PT1H', health: 'stale' });
  });

  it('is compared with the ends of the successes of the last 28 days', async () => {
    connection();
    const at = (time: string): void => {
      const times = { startTime: time, lastUpdatedAt: time };
      bench.upstream.state.addJob({ connectionId: UUID, rowsSynced: 1, ...times });
    };
    for (const time of ['2026-01-15T02:00:00Z', '2026-01-14T02:00:00Z']) at(time);
    await patch({ freshness: 'PT12H' }).expect(200);
    // Of 32.5 hours 12 and 8.5.
    const since = '2026-01-14T02:00:00.000Z';
    expect(await statusOf()).toMatchObject({
      withinFreshness: { share: 0.6307, since, observedSeconds: 117_000 },
    });
    expect(await statusOf('?freshness=P1D')).toMatchObject({ withinFreshness: { share: 1, since } });
    await patch({ freshness: 'default' }).expect(200);
    expect(await statusOf()).toMatchObject({ freshness: null, withinFreshness: null });
    at('2025-12-01T02:00:00Z');
    await patch({ freshness: 'P60D' }).expect(200);
    expect(await statusOf()).toMatchObject({
      withinFreshness: { share: 1, since: '2025-12-18T10:30:00.000Z', observedSeconds: 28 * 86_400 },
    });
  });

  it('can be changed and removed, and keeps the tags that people have made', async () => {
    bench.upstream.state.tags = [OWN_TAG];
    connection({ tags: [OWN_TAG] });
    await patch({ freshness: 'PT6H' }).expect(200);
    expect(tagNames().sort()).toEqual(['Team A', 'freshness=PT6H']);
    const { body, etag } = await read();
    expect(body).toMatchObject({ freshness: 'PT6H' });
    await patch({ freshness: 'P2D' }, { 'if-match': etag }).expect(200);
    expect(tagNames().sort()).toEqual(['Team A', 'freshness=P2D']);
    await patch({ freshness: 'P2D' }).expect(200);
    expect(sent()).toHaveLength(2);
    await patch({ freshness: 'P1D' }, { 'if-match': etag }).expect(412);
    await patch({ freshness: 'default' }).expect(200);
    expect(tagNames()).toEqual(['Team A']);
    expect((await read()).body).toMatchObject({ freshness: null });
  });

  it('uses the tag that another request has made meanwhile', async () => {
    connection();
    bench.upstream.on('POST /tags', (request) => {
      bench.upstream.act(request);
      return undefined;
    });
    const { body } = await patch({ freshness: 'PT6H' }).expect(200);
    expect(body).toMatchObject({ freshness: 'PT6H' });
  });

  it.each(['6h', 'P1M', 'PT0S', '', 7, 'PT000001H00000001M000000001S'])(
    'is refused as %j',
    async (freshness) => {
      connection();
      for (const response of [
        await patch({ freshness }),
        await bench.api.post('/ingestion').send({ ...ORDERS, freshness }),
      ]) {
        expect(response.status).toBe(400);
        expect(response.body).toMatchObject({ errors: [{ field: 'freshness' }] });
      }
      expect(sent()).toEqual([]);
    },
  );

  it('is refused where Airbyte has no tags: nothing is changed, and a capability has the reason', async () => {
    bench.upstream.state.tags = null;
    connection();
    const body = { ...ORDERS, freshness: 'PT6H' };
    for (const response of [
      await bench.api.post('/ingestion').send(body),
      await bench.api.post('/ingestion/check').send(body),
      await patch({ freshness: 'PT6H', name: 'Other' }),
    ]) {
      expect(response.status).toBe(400);
      const errors = [{ field: 'freshness', hint: expect.stringContaining('FRESHNESS') as string }];
      expect(response.body).toMatchObject({ errors });
    }
    expect(sent()).toEqual([]);
    expect(bench.upstream.count('POST /connections')).toBe(0);
    const { capabilities } = (await bench.api.get('/capabilities').expect(200)).body as {
      capabilities: { name: string; state: string }[];
    };
    expect(capabilities.find(({ name }) => name === 'freshness')).toMatchObject({ state: 'off' });
    await patch({ freshness: 'default', name: 'Other' }).expect(200);
  });
});

it('FRESHNESS is the limit of ingestions without an objective, in statuses, lists and metrics', async () => {
  const settings = { AIRBYTE_API_URL: bench.upstream.url, FRESHNESS: 'P1D', FEED_INTERVAL_MS: '100' };
  const gateway = await startGateway(settings);
  const { state } = bench.upstream;
  const other = [{ ...OWN_TAG, name: 'freshness=P30000D' }];
  const [old, patient] = [state.addConnection(), state.addConnection({ tags: other })];
  for (const { connectionId } of [old, patient])
    state.addJob({ connectionId, startTime: '2026-01-15T02:00:00Z', lastUpdatedAt: '2026-01-15T02:00:00Z' });
  const { body } = await gateway.api.get('/ingestion?health=stale').expect(200);
  expect(body).toMatchObject({ data: [{ connectionId: old.connectionId, freshness: 'P1D' }] });
  const metric = 'airbyte_ingestion_freshness_objective_seconds';
  const samples = await until('the mirror to be loaded', async () => {
    const found = parseMetrics(await (await fetch(`${gateway.url}/metrics`)).text());
    return valueOf(found, metric, { connection_id: patient.connectionId }) !== undefined && found;
  });
  expect(valueOf(samples, metric, { connection_id: old.connectionId })).toBe(86_400);
  expect(valueOf(samples, metric, { connection_id: patient.connectionId })).toBe(30_000 * 86_400);
  await gateway.close();
});

it('the embedded Airbyte keeps it over a restart', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'freshness-e2e-'));
  const first = await startGateway({ DATA_DIR: dataDir });
  const ids = { sourceId: SAMPLE_SOURCE_IDS[0], destinationId: SAMPLE_DESTINATION_IDS[0] };
  const streams = [{ name: 'orders', syncMode: 'full_refresh_append' }];
  const request = { name: 'Fresh', ...ids, streams, freshness: 'PT6H' };
  await first.api.post('/ingestion/check').send(request).expect(200);
  const created = await first.api.post('/ingestion').send(request).expect(201);
  const { connectionId } = created.body as Freshness;
  expect(created.body).toMatchObject({ freshness: 'PT6H' });
  await first.close();
  const second = await startGateway({ DATA_DIR: dataDir });
  const path = `/ingestion/${connectionId}`;
  expect((await second.api.get(path).expect(200)).body).toMatchObject({ freshness: 'PT6H' });
  const changed = await second.api.patch(path).send({ freshness: 'P1W' }).expect(200);
  expect(changed.body).toMatchObject({ freshness: 'P1W' });
  expect((await second.api.get(`${path}/status`).expect(200)).body).toMatchObject({ freshness: 'P1W' });
  await second.close();
  await rm(dataDir, { recursive: true, force: true });
});
