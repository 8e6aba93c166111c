import { EmbeddedUnderTest, type Answer, type EmbeddedClient } from '../../../../test/embedded/embedded-kit';
import { ScriptedConnectors, type SourceScript } from '../../../../test/embedded/scripted-connectors';
import { until } from '../../../../test/support/until';
import { arrayAt, isObject, objectAt, type JsonObject } from '../../platform/json';
import { SAMPLE_WORKSPACE_ID } from '../../samples/ids';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const SCRIPT: SourceScript = {
  rows: { orders: 6, people: 3 },
  kind: 'STREAM',
  checkpoint: 2,
  failAfter: [],
  failsForGood: false,
};

let embedded: EmbeddedUnderTest;
let api: EmbeddedClient;
let scripted: ScriptedConnectors;

beforeAll(async () => {
  embedded = await EmbeddedUnderTest.start(
    (dataDir) => {
      scripted = new ScriptedConnectors(dataDir);
      scripted.script(SCRIPT);
    },
    { retryDelayMs: 1 },
  );
  api = embedded.client;
});

afterAll(() => embedded.remove());

const items = (object: JsonObject, name: string): JsonObject[] => arrayAt(object, name).filter(isObject);

async function createActor(kind: 'source' | 'destination', configuration: JsonObject): Promise<string> {
  const { body } = await api.post(`/${kind}s`, {
    name: kind,
    workspaceId: SAMPLE_WORKSPACE_ID,
    configuration,
  });
  return String(body[`${kind}Id`]);
}

async function connectScripted(syncMode = 'incremental_append'): Promise<string> {
  scripted.script(SCRIPT);
  const source = await createActor('source', { sourceType: 'scripted', token: 'hush-hush-hush' });
  const folder = embedded.dataDir;
  const destination = await createActor('destination', { destinationType: 'numbers', folder });
  const streams = [
    { name: 'orders', syncMode },
    { name: 'people', syncMode },
  ];
  return api.connect(source, destination, { configurations: { streams } });
}

async function jobsOf(configId: string, more: JsonObject = {}): Promise<JsonObject[]> {
  const answer = await api.internal('/jobs/list', { configId, configTypes: ['sync'], ...more });
  expect(answer.status).toBe(200);
  return items(answer.body, 'jobs');
}

const lastFailure = (entry: JsonObject | undefined): JsonObject => {
  const attempt = items(entry ?? {}, 'attempts').at(-1) ?? {};
  return items(objectAt(attempt, 'failureSummary') ?? {}, 'failures')[0] ?? {};
};

describe('the reason of a failed job', () => {
  it('of the file source has the row, and is not retryable', async () => {
    embedded.writeLocal('bad.csv', 'a,b\n1,2\n');
    const source = await createActor('source', {
      sourceType: 'file',
      dataset_name: 'bad',
      format: 'csv',
      url: '/local/bad.csv',
      provider: { storage: 'local' },
    });
    const connectionId = await api.connect(source, 'dest-id');
    embedded.writeLocal('bad.csv', 'a,b\n1,2\n3\n');
    await api.jobIn(await api.sync(connectionId), 'failed');
    const [entry] = await jobsOf(connectionId);
    expect(lastFailure(entry)).toEqual({
      failureOrigin: 'source',
      failureType: 'config_error',
      externalMessage:
        'Stream bad: Row 2 (line 3) of /local/bad.csv is wrong: it has 1 value where the header has 2.',
      internalMessage:
        'Stream bad: Row 2 (line 3) of /local/bad.csv is wrong: it has 1 value where the header has 2.',
      retryable: false,
      timestamp: expect.any(Number) as number,
    });
    expect(Math.abs(Number(lastFailure(entry)['timestamp']) - Date.now())).toBeLessThan(600_000);
  });

  it('of the sqlite destination has the stream, the record and the member', async () => {
    scripted.script(SCRIPT);
    const source = await createActor('source', { sourceType: 'scripted' });
    const destination = await createActor('destination', {
      destinationType: 'sqlite',
      destination_path: '/local/reasons.sqlite',
    });
    const connectionId = await api.connect(source, destination, {
      configurations: { streams: [{ name: 'orders', syncMode: 'incremental_deduped_history' }] },
    });
    const record = (data: JsonObject): JsonObject => ({
      type: 'RECORD',
      record: { stream: 'orders', emitted_at: 1, data },
    });
    scripted.script({ ...SCRIPT, stopsAfter: 0, before: [record({ id: 1 }), record({ name: 'no key' })] });
    await api.jobIn(await api.sync(connectionId), 'failed');
    const [entry] = await jobsOf(connectionId);
    expect(lastFailure(entry)).toMatchObject({
      failureOrigin: 'destination',
      failureType: 'config_error',
      externalMessage: expect.stringMatching(/^Stream orders, record 2 of this run: .*\bid\b/) as string,
    });
  });

  it('survives a restart, with every attempt and its technical reason', async () => {
    const connectionId = await connectScripted();
    const trace = {
      type: 'ERROR',
      emitted_at: 1,
      error: {
        message: 'the token hush-hush-hush is unknown',
        internal_message: 'HTTP 401 for hush-hush-hush',
        stack_trace: 'at call(hush-hush-hush)',
        failure_type: 'config_error',
        stream_descriptor: { name: 'orders' },
      },
    };
    scripted.script({ ...SCRIPT, failAfter: [3], failsForGood: false });
    const first = await api.sync(connectionId);
    await api.jobIn(first, 'succeeded');
    scripted.script({ ...SCRIPT, before: [{ type: 'TRACE', trace }] });
    await api.jobIn(await api.sync(connectionId), 'failed');
    await embedded.stop();
    api = await embedded.startAgain();
    const [failed, succeeded] = await jobsOf(connectionId);
    expect(JSON.stringify(failed)).not.toContain('hush-hush');
    expect(lastFailure(failed)).toMatchObject({
      failureType: 'config_error',
      externalMessage: 'Stream orders: the token ********** is unknown',
      internalMessage: 'HTTP 401 for **********',
      stacktrace: 'at call(**********)',
    });
    expect(succeeded).toMatchObject({
      job: { id: first, status: 'succeeded', configType: 'sync', configId: connectionId },
      attempts: [
        {
          id: 0,
          status: 'failed',
          failureSummary: {
            failures: [
              { failureType: 'transient_error', externalMessage: 'the script fails', retryable: true },
            ],
            partialSuccess: true,
          },
        },
        { id: 1, status: 'succeeded' },
      ],
    });
    expect(items(succeeded ?? {}, 'attempts')[1]).not.toHaveProperty('failureSummary');
  });

  it('of a cancelled job is the cancellation', async () => {
    const connectionId = await connectScripted();
    scripted.script({ ...SCRIPT, waitsFor: `${embedded.dataDir}/never` });
    const jobId = await api.sync(connectionId);
    await api.jobIn(jobId, 'running');
    await api.delete(`/jobs/${jobId}`);
    const [entry] = await jobsOf(connectionId, { statuses: ['cancelled'] });
    expect(entry).toMatchObject({ job: { status: 'cancelled' }, attempts: [{ status: 'failed' }] });
    expect(lastFailure(entry)).toMatchObject({ failureType: 'manual_cancellation', retryable: false });
  });
});

describe('the counts of a job', () => {
  it('are those of its streams, with records that were sent again', async () => {
    const connectionId = await connectScripted();
    scripted.script({ ...SCRIPT, failAfter: [5] });
    await api.jobIn(await api.sync(connectionId), 'succeeded');
    const [entry] = await jobsOf(connectionId);
    expect(entry).toMatchObject({
      job: {
        enabledStreams: [{ name: 'orders' }, { name: 'people' }],
        aggregatedStats: { recordsCommitted: 9, recordsRejected: 0 },
      },
      attempts: [
        {
          recordsSynced: 4,
          streamStats: [{ streamName: 'orders', stats: { recordsEmitted: 5, recordsCommitted: 4 } }],
        },
        { recordsSynced: 5, totalStats: { recordsEmitted: 5, recordsCommitted: 5 } },
      ],
    });
    const stats = items(objectAt(entry ?? {}, 'job') ?? {}, 'streamAggregatedStats');
    expect(stats).toMatchObject([
      { streamName: 'orders', recordsEmitted: 7, recordsCommitted: 6 },
      { streamName: 'people', recordsEmitted: 3, recordsCommitted: 3 },
    ]);
  });

  it('are 0 at the destination for a failed overwrite', async () => {
    const connectionId = await connectScripted('full_refresh_overwrite');
    scripted.script({ ...SCRIPT, failsForGood: true });
    await api.jobIn(await api.sync(connectionId), 'failed');
    const [entry] = await jobsOf(connectionId);
    expect(entry).toMatchObject({
      job: { aggregatedStats: { recordsEmitted: 9, recordsCommitted: 0, bytesCommitted: 0 } },
      attempts: [{ recordsSynced: 0, failureSummary: { partialSuccess: false } }],
    });
  });

  it('of a running job are those so far', async () => {
    const connectionId = await connectScripted();
    scripted.script({ ...SCRIPT, stopsAfter: 5 });
    const jobId = await api.sync(connectionId);
    const entry = await until('the first records', async () => {
      const { body } = await api.internal('/jobs/get_without_logs', { id: jobId });
      const [attempt] = items(body, 'attempts').map((info) => objectAt(info, 'attempt') ?? {});
      return objectAt(attempt ?? {}, 'totalStats')?.['recordsEmitted'] === 5 ? body : null;
    });
    expect(entry).toMatchObject({
      job: { status: 'running', startedAt: expect.any(Number) as number },
      attempts: [{ attempt: { status: 'running' } }],
    });
    await api.delete(`/jobs/${jobId}`);
  });
});

describe('the list of jobs', () => {
  it('is newest first, in epoch seconds, by page, status and time of change', async () => {
    const connectionId = await connectScripted();
    const first = await api.sync(connectionId);
    await api.jobIn(first, 'succeeded');
    const last = await api.sync(connectionId);
    await api.jobIn(last, 'succeeded');
    const ids = async (more: JsonObject): Promise<unknown[]> =>
      (await jobsOf(connectionId, more)).map((entry) => objectAt(entry, 'job')?.['id']);
    expect(await ids({})).toEqual([last, first]);
    expect(await ids({ orderByMethod: 'ASC', pagination: { pageSize: 1, rowOffset: 1 } })).toEqual([last]);
    expect(await ids({ statuses: ['failed', 'cancelled'] })).toEqual([]);
    expect(await ids({ configTypes: ['refresh'] })).toEqual([]);
    const future = new Date(Date.now() + 3_600_000).toISOString();
    expect(await ids({ updatedAtStart: future })).toEqual([]);
    expect(await ids({ updatedAtEnd: future, orderByField: 'updatedAt' })).toEqual([last, first]);
    const page = await api.internal('/jobs/list', {
      configId: connectionId,
      configTypes: ['sync'],
      pagination: { pageSize: 1 },
    });
    expect(page.body).toMatchObject({ totalJobCount: 2, jobs: [{ job: { id: last } }] });
    const created = Number(objectAt(items(page.body, 'jobs')[0] ?? {}, 'job')?.['createdAt']);
    expect(Math.abs(created - Date.now() / 1000)).toBeLessThan(600);
  });

  it('has each job with and without its attempts', async () => {
    const connectionId = await connectScripted();
    const id = await api.sync(connectionId);
    await api.jobIn(id, 'succeeded');
    const light = await api.internal('/jobs/get_light', { id });
    expect(Object.keys(light.body)).toEqual(['job']);
    expect((await api.internal('/jobs/get_without_logs', { id })).body).toMatchObject({
      ...light.body,
      attempts: [{ attempt: { id: 0, status: 'succeeded', recordsSynced: 9 } }],
    });
  });
});

describe('wrong calls of the internal API', () => {
  it.each<[string, JsonObject, number]>([
    ['/jobs/list', {}, 400],
    ['/jobs/list', { configTypes: ['sink'] }, 400],
    ['/jobs/list', { configTypes: ['sync'], pagination: { pageSize: 0 } }, 400],
    ['/jobs/list', { configTypes: ['sync'], updatedAtStart: 'yesterday' }, 400],
    ['/jobs/get_light', { id: 'x' }, 400],
    ['/jobs/get_light', { id: 987_654 }, 404],
    ['/no_such/operation', {}, 501],
    ['/nonsense', {}, 404],
  ])('%s with %j is answered with %i', async (path, body, status) => {
    expect((await api.internal(path, body)).status).toBe(status);
  });

  it('list no jobs of an unknown connection', async () => {
    const answer: Answer = await api.internal('/jobs/list', { configId: UNKNOWN, configTypes: ['sync'] });
    expect(answer.body).toEqual({ jobs: [], totalJobCount: 0 });
  });

  it('need the token of the public API', async () => {
    const url = embedded.access.apiUrl.replace('/public', '');
    const response = await fetch(`${url}/jobs/list`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(401);
  });
});
