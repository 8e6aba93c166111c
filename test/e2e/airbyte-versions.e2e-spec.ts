import { startGateway, type TestGateway } from '../support/gateway';
import { latch, type Latch } from '../support/latch';
import { DESTINATION_ID, problem, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';
import { until } from '../support/until';
import { attempt, CONFIG_FAILURE, type InternalApi } from '../support/upstream-internal';
import { AIRBYTE_VERSIONS, BASIC, CREDENTIALS, serveVersion } from '../support/upstream-versions';

const INGESTION = { name: 'Orders', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const DAILY = { scheduleType: 'cron', cronExpression: '0 2 * * *' };

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(() => upstream.close());

describe.each(AIRBYTE_VERSIONS)('Airbyte %s', (version) => {
  let gateway: TestGateway;
  let internal: InternalApi;
  let running: Latch;

  beforeEach(async () => {
    running = latch();
    internal = serveVersion(upstream, version, { running: running.opened });
    gateway = await startGateway({
      AIRBYTE_API_URL: upstream.url,
      AIRBYTE_START_TIMEOUT_MS: '6000',
      STATUS_MAX_AGE_MS: '0',
      ...CREDENTIALS,
    });
  });
  afterEach(async () => {
    running.open();
    await gateway.close();
    upstream.clear();
  });

  const send = async <T>(
    method: 'get' | 'post' | 'patch',
    path: string,
    body?: object,
  ): Promise<Answer<T>> => {
    const response = await gateway.api[method](path).send(body);
    return { status: response.status, body: response.body as T };
  };
  const add = (row: object = {}): string => upstream.state.addConnection(row).connectionId;

  it('creates, reads, changes and deletes an ingestion', async () => {
    const { status, body } = await send<{ connectionId: string }>('post', '/ingestion', {
      ...INGESTION,
      schedule: DAILY,
    });
    expect(status).toBe(201);
    const path = `/ingestion/${body.connectionId}`;
    expect((await send('get', path)).body).toMatchObject({ status: 'active', schedule: DAILY });
    expect((await send('patch', path, { status: 'inactive' })).body).toMatchObject({ status: 'inactive' });
    expect((await send('get', `${path}/status`)).body).toMatchObject({ health: 'paused', nextSync: null });
    await gateway.api.delete(path).expect(204);
    expect((await send('get', path)).status).toBe(404);
  });

  it('refuses a source and a destination of different workspaces by field', async () => {
    const other = '00000000-0000-4000-8000-0000000000d1';
    upstream.state.addDestination(other, '00000000-0000-4000-8000-0000000000a1');
    const { status, body } = await send('post', '/ingestion', { ...INGESTION, destinationId: other });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'workspace-mismatch', errors: [{ field: 'sourceId' }, {}] });
  });

  it('starts a run, also while Airbyte does not answer, and cancels it', async () => {
    const path = `/ingestion/${add()}/runs`;
    const { status, body } = await send<{ runId: string }>('post', path);
    expect(status).toBe(202);
    running.open();
    expect((await send('post', path)).body).toMatchObject({ code: 'run-in-progress', runId: body.runId });
    expect((await send('post', `${path}/${body.runId}/cancel`)).body).toMatchObject({ status: 'cancelled' });
    expect((await send('get', path)).body).toMatchObject({ data: [{ runId: body.runId, type: 'sync' }] });
  });

  it('refreshes and clears', async () => {
    const path = `/ingestion/${add()}/runs`;
    running.open();
    for (const type of ['refresh', 'clear']) {
      const { status, body } = await send<{ runId: string }>('post', path, {
        type,
        streams: [{ name: 'orders' }],
      });
      expect({ status, body }).toMatchObject({ status: 202, body: { type } });
      const job = upstream.state.history.get(body.runId);
      if (job) upstream.state.history.end(job, 'succeeded');
    }
  });

  it('has the reason of a failed run in the run, in lists and in the status', async () => {
    const id = add();
    const job = upstream.state.addJob({ connectionId: id, status: 'running' });
    upstream.state.history.end(job, 'failed');
    internal.jobs.set(job.jobId, { attempts: [attempt(0)] });
    const failure = { message: CONFIG_FAILURE.externalMessage, advice: 'fix_configuration' };
    const path = `/ingestion/${id}`;
    expect((await send('get', `${path}/runs`)).body).toMatchObject({ data: [{ failure }] });
    expect((await send('get', `${path}/runs/${job.jobId}`)).body).toMatchObject({
      failure,
      attempts: [{ number: 1 }],
    });
    await until('the reason in the status', async () => {
      const { body } = await send<{ lastRun: { failure: object | null } }>('get', `${path}/status`);
      return body.lastRun.failure !== null;
    });
  });

  it('provides every capability that is read', async () => {
    const id = add();
    const job = upstream.state.addJob({ connectionId: id, status: 'failed' });
    internal.jobs.set(job.jobId, { attempts: [attempt(0)], log: { logs: { logLines: ['a'] } } });
    const { body } = await send<{ capabilities: { name: string; state: string }[] }>('get', '/capabilities');
    const off = body.capabilities.filter(({ state }) => state === 'off').map(({ name }) => name);
    // The gateway itself keeps no events here, because FEED_INTERVAL_MS is 0, and so it sends none to webhooks.
    expect(off).toEqual(['events', 'webhooks']);
  });

  if (version === '2.0') {
    it('accepts a user name and a password', async () => {
      const basic = await startGateway({ AIRBYTE_API_URL: upstream.url, ...BASIC });
      try {
        await basic.api.get(`/ingestion/${add()}`).expect(200);
      } finally {
        await basic.close();
      }
    });
  } else {
    it('rejects a user name and a password, which the answer says', async () => {
      const basic = await startGateway({ AIRBYTE_API_URL: upstream.url, ...BASIC });
      try {
        const { body } = await basic.api.get(`/ingestion/${add()}`).expect(502);
        expect(body).toMatchObject({ code: 'airbyte-rejected-credentials' });
      } finally {
        await basic.close();
      }
    });

    it('shows queued runs and locked ingestions, with the reason of a refused change', async () => {
      const queued = add();
      upstream.state.addJob({ connectionId: queued, status: 'queued' });
      expect((await send('get', `/ingestion/${queued}/status`)).body).toMatchObject({
        syncState: 'queued',
        currentRun: { status: 'queued' },
      });
      const path = `/ingestion/${add({ status: 'locked' })}`;
      expect((await send('get', `${path}/status`)).body).toMatchObject({
        status: 'locked',
        health: 'paused',
        nextSyncReason: 'locked',
      });
      const { status, body } = await send('patch', path, { status: 'active' });
      expect({ status, body }).toMatchObject({ status: 409, body: { code: 'conflict' } });
    });

    it('answers 409 to a start that Airbyte gave up after 60 s, and does not call the ingestion inactive', async () => {
      upstream.on('POST /jobs', () => problem(409, 'Could not fulfill request'));
      const { status, body } = await send('post', `/ingestion/${add()}/runs`);
      expect({ status, body }).toMatchObject({ status: 409, body: { code: 'conflict' } });
    });
  }
});

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}
