import { clockOf } from '../support/clock';
import { startGateway, type TestGateway } from '../support/gateway';
import { ScriptedUpstream, SOURCE_ID, WORKSPACE_ID } from '../support/scripted-upstream';

const NOW = new Date('2026-01-15T10:30:00Z');
const CONNECTIONS = 1000;
const DAY_MS = 86_400_000;
const DAILY = { scheduleType: 'cron', cronExpression: '0 0 2 * * ? UTC' };

interface Item {
  readonly connectionId: string;
  readonly name: string;
  readonly lastSync: string | null;
  readonly health: string;
}
interface List {
  readonly data: Item[];
  readonly nextPageToken: string | null;
}

describe('GET /ingestion', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
  });

  beforeEach(async () => {
    upstream.clear();
    gateway = await startGateway(
      { AIRBYTE_API_URL: upstream.url, STATUS_MAX_AGE_MS: '0' },
      clockOf(() => NOW),
    );
  });

  afterEach(() => gateway.close());

  afterAll(() => upstream.close());

  const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const connect = (count: number): void => {
    for (let n = 0; n < count; n++) {
      upstream.state.addConnection({
        connectionId: idOf(n),
        name: n % 100 === 0 ? `Orders ${n}` : `Table ${n}`,
        schedule: n % 10 === 0 ? { scheduleType: 'manual' } : DAILY,
        status: n % 50 === 1 ? 'inactive' : 'active',
        createdAt: Date.parse('2025-11-01T00:00Z') / 1000,
      });
    }
  };
  /** Adds a job for each connection at 02:00 UTC, `daysAgo` days before the test's date. */
  const round = (daysAgo: number, status = 'succeeded', count = CONNECTIONS): void => {
    const startMs = Date.parse('2026-01-15T02:00:00Z') - daysAgo * DAY_MS;
    const [startTime, lastUpdatedAt] = [startMs, startMs + 300_000].map((ms) =>
      new Date(ms).toISOString(),
    ) as [string, string];
    for (let n = 0; n < count; n++) {
      upstream.state.addJob({
        connectionId: idOf(n),
        status,
        startTime,
        lastUpdatedAt,
        rowsSynced: 5,
        bytesSynced: 9,
      });
    }
  };
  const thousand = (rounds = 2): void => {
    connect(CONNECTIONS);
    for (let daysAgo = rounds - 1; daysAgo >= 0; daysAgo--) round(daysAgo);
  };
  const page = async (query: string): Promise<List> =>
    (await gateway.api.get(`/ingestion?${query}`).expect(200)).body as List;
  const walk = async (query: string, between: (pages: number) => void = () => undefined): Promise<Item[]> => {
    const items: Item[] = [];
    let token: string | null = '';
    for (let pages = 1; token !== null; pages++) {
      const list: List = await page(`${query}${token && `&pageToken=${token}`}`);
      items.push(...list.data);
      token = list.nextPageToken;
      between(pages);
    }
    return items;
  };

  it('returns the last sync, next sync and health of each ingestion', async () => {
    connect(2);
    round(0, 'succeeded', 2);
    const { data, nextPageToken } = await page('pageSize=100');
    expect(nextPageToken).toBeNull();
    expect(data[1]).toMatchObject({
      status: 'inactive',
      health: 'paused',
      nextSync: null,
      nextSyncReason: 'inactive',
    });
    expect(data[0]).toEqual({
      connectionId: idOf(0),
      name: 'Orders 0',
      sourceId: SOURCE_ID,
      destinationId: expect.any(String),
      workspaceId: WORKSPACE_ID,
      status: 'active',
      upstreamStatus: null,
      schedule: { scheduleType: 'manual', cronExpression: null, basicTiming: null, timeZone: null },
      lastSync: '2026-01-15T02:05:00.000Z',
      nextSync: null,
      nextSyncReason: 'manual',
      syncState: 'idle',
      health: 'healthy',
      freshness: null,
      created: '2025-11-01T00:00:00.000Z',
    });
  });

  it('shows the newest jobs', async () => {
    thousand();
    await page('pageSize=100');
    upstream.state.addJob({
      connectionId: idOf(7),
      startTime: '2026-01-15T10:00Z',
      lastUpdatedAt: '2026-01-15T10:05Z',
      rowsSynced: 1,
    });
    const job = upstream.state.addJob({
      connectionId: idOf(8),
      startTime: '2026-01-15T10:10Z',
      status: 'running',
    });
    const { data } = await page('pageSize=100');
    expect(data[7]).toMatchObject({ lastSync: '2026-01-15T10:05:00.000Z', syncState: 'idle' });
    expect(data[8]).toMatchObject({ lastSync: '2026-01-15T02:05:00.000Z', syncState: 'running' });
    Object.assign(job, { status: 'failed', lastUpdatedAt: '2026-01-15T10:20Z' });
    for (let n = 0; n < 300; n++) {
      upstream.state.addJob({
        connectionId: idOf(900),
        startTime: '2026-01-15T10:21Z',
        lastUpdatedAt: '2026-01-15T10:22Z',
        rowsSynced: 1,
      });
    }
    expect((await page('pageSize=100')).data[8]).toMatchObject({ syncState: 'idle', health: 'failing' });
  });

  it('returns the same health and sync times as the status', async () => {
    thousand();
    round(-0.25, 'failed', 40);
    const { data } = await page('pageSize=100');
    for (const n of [0, 1, 2, 39, 40, 99]) {
      const response = await gateway.api.get(`/ingestion/${idOf(n)}/status`).expect(200);
      const { health, lastSync, nextSync, syncState } = response.body as Item & Record<string, unknown>;
      expect(data[n]).toMatchObject({ health, lastSync, nextSync, syncState });
    }
  });

  it.each(['pageSize=100', 'pageSize=7', 'pageSize=30&scheduleType=cron'])(
    'returns each ingestion exactly once while others are created and deleted: %s',
    async (query) => {
      connect(250);
      const lasting = [...upstream.state.connections.values()].filter((_, n) => n % 3 !== 0);
      const wanted = lasting.filter(
        ({ schedule }) => !query.includes('cron') || schedule.scheduleType === 'cron',
      );
      const seen = await walk(query, (pages) => {
        // Deletes one that was returned and one that was not yet, and adds a new one.
        upstream.state.connections.delete(idOf(3 * pages));
        upstream.state.connections.delete(idOf(249 - 3 * pages));
        upstream.state.addConnection({ connectionId: idOf(1000 + pages) });
      });
      const ids = seen.map(({ connectionId }) => connectionId);
      expect(new Set(ids).size).toBe(ids.length);
      const isLasting = new Set(wanted.map(({ connectionId }) => connectionId));
      expect(ids.filter((id) => isLasting.has(id)).sort()).toEqual([...isLasting].sort());
    },
  );

  it.each([
    ['status=inactive', 20],
    ['scheduleType=manual', 100],
    ['name=oRDers', 10],
    ['name=Orders&scheduleType=cron', 0],
    [`sourceId=${SOURCE_ID}`, 1000],
    ['destinationId=nowhere', 0],
    ['health=paused', 20],
    ['health=failing', 29],
    ['health=failing&name=orders', 1],
  ])('filters by %s', async (filter, count) => {
    thousand();
    round(-0.25, 'failed', 30);
    expect(await walk(`pageSize=100&${filter}`)).toHaveLength(count);
  });

  it('shows changes by this replica at once, in filtered lists too', async () => {
    connect(5);
    expect((await page('status=active')).data).toHaveLength(4);
    await gateway.api
      .patch(`/ingestion/${idOf(0)}`)
      .send({ status: 'inactive' })
      .expect(200);
    expect((await page('status=active')).data).toHaveLength(3);
    await gateway.api.delete(`/ingestion/${idOf(2)}`).expect(204);
    expect((await page('status=active')).data).toHaveLength(2);
    expect((await page('')).data).toHaveLength(4);
  });

  it.each([
    ['pageSize', 'pageSize=0'],
    ['pageSize', 'pageSize=101'],
    ['pageToken', 'pageToken=rubbish'],
    ['pageToken', `pageToken=${Buffer.from('i ../jobs').toString('base64url')}&name=x`],
    ['status', 'status=deprecated'],
    ['health', 'health=ill'],
    ['sourceId', 'sourceId=..'],
    ['sort', 'sort=name'],
  ])('refuses %s in ?%s', async (field, query) => {
    const response = await gateway.api.get(`/ingestion?${query}`).expect(400);
    expect(response.body).toMatchObject({ code: 'validation-failed', errors: [{ field }] });
  });
});
