import { startGateway, type TestGateway } from '../support/gateway';
import { problem, ScriptedUpstream } from '../support/scripted-upstream';

const UUID = '9924bcd0-99be-453d-ba47-c2c9766f7da5';

interface Run {
  readonly runId: string;
  readonly status: string;
  readonly upstreamStatus: string | null;
}

describe('GET /ingestion/{connectionId}/runs/{runId}?wait=', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
  });

  beforeEach(async () => {
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url });
    upstream.state.addConnection({ connectionId: UUID });
  });

  afterEach(async () => {
    await gateway.close();
    upstream.clear();
  });

  afterAll(() => upstream.close());

  const running = (): { path: string; end: () => void } => {
    const job = upstream.state.addJob({ connectionId: UUID, status: 'running' });
    const end = (): void => {
      Object.assign(job, { status: 'succeeded', lastUpdatedAt: '2026-01-15T02:07Z', rowsSynced: 7 });
    };
    return { path: `/ingestion/${UUID}/runs/${job.jobId}`, end };
  };
  const wait = async (path: string, seconds: number): Promise<Run> =>
    (await gateway.api.get(`${path}?wait=${seconds}`).expect(200)).body as Run;

  // A read every 500 ms tells everybody within a second; counting the reads holds on a busy machine too.
  it('tells two hundred who wait of the end with the next read or the one after, and asks Airbyte as one', async () => {
    const { path, end } = running();
    const waiting = Array.from({ length: 200 }, () => wait(path, 60));
    await upstream.seen('GET /jobs/:id', 6);
    const [asked, connectionReads] = [
      upstream.count('GET /jobs/:id'),
      upstream.count('GET /connections/:id'),
    ];
    end();
    const runs = await Promise.all(waiting);
    expect(upstream.count('GET /jobs/:id')).toBeLessThanOrEqual(asked + 3);
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['succeeded']));
    expect(asked).toBeLessThan(15);
    expect(connectionReads).toBeLessThan(5);
    expect(upstream.peaks.get('GET /jobs/:id')).toBe(1);
  });

  it('gives the run as it stands when the time is over', async () => {
    const { path } = running();
    expect(await wait(path, 1)).toMatchObject({ status: 'running' });
  });

  it('answers at once for a run that has ended', async () => {
    const { path, end } = running();
    end();
    expect(await wait(path, 60)).toMatchObject({ status: 'succeeded', rows: 7 });
    expect(upstream.count('GET /jobs/:id')).toBe(1);
  });

  it('releases everybody who waits when the gateway stops, with the run as it stands', async () => {
    const { path } = running();
    const waiting = Array.from({ length: 50 }, () => wait(path, 60));
    await upstream.seen('GET /jobs/:id', 2);
    await gateway.close();
    const runs = await Promise.all(waiting);
    expect(runs.every(({ status }) => status === 'running')).toBe(true);
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url });
  });

  it('goes on asking while Airbyte is down for a moment', async () => {
    const { path, end } = running();
    const waiting = wait(path, 30);
    await upstream.seen('GET /jobs/:id', 2);
    upstream.on('GET /jobs/:id', (_request, nth) => (nth <= 2 ? problem(500, 'down') : undefined));
    await upstream.seen('GET /jobs/:id', 4);
    end();
    expect(await waiting).toMatchObject({ status: 'succeeded' });
  });

  it('asks no more once nobody waits', async () => {
    const { path } = running();
    const hangUp = new AbortController();
    const waiting = fetch(`${gateway.url}${path}?wait=60`, { signal: hangUp.signal });
    await upstream.seen('GET /jobs/:id', 2);
    hangUp.abort();
    await expect(waiting).rejects.toThrow('aborted');
    // Somebody else who waits as long as two looks take counts the looks of all.
    const before = upstream.count('GET /jobs/:id');
    await wait(running().path, 1);
    expect(
      upstream
        .of('GET /jobs/:id')
        .slice(before)
        .filter(({ path: of }) => path.endsWith(of.slice(5))),
    ).toHaveLength(0);
  });

  it.each(['61', '-1', '1.5', 'soon'])('refuses to wait for "%s"', async (seconds) => {
    const { path } = running();
    const response = await gateway.api.get(`${path}?wait=${seconds}`).expect(400);
    expect(response.body).toMatchObject({ code: 'validation-failed', errors: [{ field: 'wait' }] });
  });

  it('waits for no run of another ingestion, and for none of an ingestion that is gone', async () => {
    const { path } = running();
    upstream.state.addConnection({ connectionId: 'other' });
    await gateway.api.get(`${path.replace(UUID, 'other')}?wait=60`).expect(404);
    await gateway.api.get(`${path.replace(/\d+$/, '999')}?wait=60`).expect(404);
    await gateway.api.delete(`/ingestion/${UUID}`).expect(204);
    await gateway.api.get(`${path}?wait=60`).expect(404);
  });

  it('maps a status that Airbyte invents tomorrow to unknown, and shows the word', async () => {
    const job = upstream.state.addJob({ connectionId: UUID, status: 'hibernating' });
    const response = await gateway.api.get(`/ingestion/${UUID}/runs/${job.jobId}`).expect(200);
    expect(response.body).toMatchObject({ status: 'unknown', upstreamStatus: 'hibernating', endedAt: null });
  });
});
