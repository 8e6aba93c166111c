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

  // The number of reads, unlike a duration, does not depend on the load of the machine.
  it('answers 200 waiting requests from one shared read of Airbyte after the run ended', async () => {
    const { path, end } = running();
    const waiting = Array.from({ length: 200 }, () => wait(path, 60));
    await upstream.seen('GET /jobs', 4);
    const asked = upstream.count('GET /jobs');
    end();
    const runs = await Promise.all(waiting);
    expect(upstream.count('GET /jobs')).toBeLessThanOrEqual(asked + 3);
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['succeeded']));
    expect(asked).toBeLessThan(10);
    expect(upstream.peaks.get('GET /jobs')).toBe(1);
  });

  it('returns the running run when the wait time is over', async () => {
    const { path } = running();
    expect(await wait(path, 1)).toMatchObject({ status: 'running' });
  });

  it('answers at once for a run that has ended', async () => {
    const { path, end } = running();
    end();
    expect(await wait(path, 60)).toMatchObject({ status: 'succeeded', rows: 7 });
    expect(upstream.count('GET /jobs')).toBe(1);
  });

  it('answers all waiting requests with the running run when the gateway stops', async () => {
    const { path } = running();
    const waiting = Array.from({ length: 50 }, () => wait(path, 60));
    await upstream.seen('GET /jobs', 2);
    // It came after all of them. A request that the gateway has not yet read when it stops gets no answer.
    await gateway.api.get(path).expect(200);
    await gateway.close();
    const runs = await Promise.all(waiting);
    expect(runs.every(({ status }) => status === 'running')).toBe(true);
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url });
  });

  it('keeps waiting through a short outage of Airbyte', async () => {
    const { path, end } = running();
    const waiting = wait(path, 30);
    await upstream.seen('GET /jobs', 2);
    upstream.on('GET /jobs', (_request, nth) => (nth <= 2 ? problem(500, 'down') : undefined));
    await upstream.seen('GET /jobs', 4);
    end();
    expect(await waiting).toMatchObject({ status: 'succeeded' });
  });

  it('stops reading the run when the last waiting client has disconnected', async () => {
    const { path } = running();
    const hangUp = new AbortController();
    const waiting = fetch(`${gateway.url}${path}?wait=60`, { signal: hangUp.signal });
    await upstream.seen('GET /jobs', 2);
    hangUp.abort();
    await expect(waiting).rejects.toThrow('aborted');
    // A second request that waits for the time of two reads shows that the first run is not read again.
    const { connectionId } = upstream.state.addConnection();
    const { jobId } = upstream.state.addJob({ connectionId, status: 'running' });
    const before = upstream.requests.length;
    await wait(`/ingestion/${connectionId}/runs/${jobId}`, 2);
    const readsOfFirst = upstream.requests
      .slice(before)
      .filter(({ id, query }) => id === UUID || query.get('connectionId') === UUID);
    expect(readsOfFirst).toEqual([]);
  });

  it.each(['61', '-1', '1.5', 'soon'])('refuses to wait for "%s"', async (seconds) => {
    const { path } = running();
    const response = await gateway.api.get(`${path}?wait=${seconds}`).expect(400);
    expect(response.body).toMatchObject({ code: 'validation-failed', errors: [{ field: 'wait' }] });
  });

  it('answers 404 for a run of another ingestion and for a run of a deleted ingestion', async () => {
    const { path } = running();
    upstream.state.addConnection({ connectionId: 'other' });
    await gateway.api.get(`${path.replace(UUID, 'other')}?wait=60`).expect(404);
    await gateway.api.get(`${path.replace(/\d+$/, '999')}?wait=60`).expect(404);
    await gateway.api.delete(`/ingestion/${UUID}`).expect(204);
    await gateway.api.get(`${path}?wait=60`).expect(404);
  });

  it('maps an unrecognized Airbyte status to unknown and returns the original value', async () => {
    const job = upstream.state.addJob({ connectionId: UUID, status: 'hibernating' });
    const response = await gateway.api.get(`/ingestion/${UUID}/runs/${job.jobId}`).expect(200);
    expect(response.body).toMatchObject({ status: 'unknown', upstreamStatus: 'hibernating', endedAt: null });
  });
});
