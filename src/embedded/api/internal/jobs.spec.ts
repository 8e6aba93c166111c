import type { Answer } from '../../../../test/embedded/embedded-kit';
import { objectsAt, ScriptedAirbyte, SECRET } from '../../../../test/embedded/scripted-airbyte';
import { until } from '../../../../test/support/until';
import { objectAt, type JsonObject } from '../../platform/json';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

let airbyte: ScriptedAirbyte;

beforeAll(async () => {
  airbyte = await ScriptedAirbyte.start();
});

afterAll(() => airbyte.remove());

const lastFailure = (entry: JsonObject | undefined): JsonObject => {
  const attempt = objectsAt(entry ?? {}, 'attempts').at(-1) ?? {};
  return objectsAt(objectAt(attempt, 'failureSummary') ?? {}, 'failures')[0] ?? {};
};

describe('the reason of a failed job', () => {
  it('of the file source has the row, and is not retryable', async () => {
    airbyte.embedded.writeLocal('bad.csv', 'a,b\n1,2\n');
    const source = await airbyte.createActor('source', {
      sourceType: 'file',
      dataset_name: 'bad',
      format: 'csv',
      url: '/local/bad.csv',
      provider: { storage: 'local' },
    });
    const connectionId = await airbyte.api.connect(source, 'dest-id');
    airbyte.embedded.writeLocal('bad.csv', 'a,b\n1,2\n3\n');
    await airbyte.sync(connectionId, 'failed');
    const [entry] = await airbyte.jobsOf(connectionId);
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
    airbyte.script();
    const source = await airbyte.createActor('source', { sourceType: 'scripted' });
    const destination = await airbyte.createActor('destination', {
      destinationType: 'sqlite',
      destination_path: '/local/reasons.sqlite',
    });
    const connectionId = await airbyte.api.connect(source, destination, {
      configurations: { streams: [{ name: 'orders', syncMode: 'incremental_deduped_history' }] },
    });
    const record = (data: JsonObject): JsonObject => ({
      type: 'RECORD',
      record: { stream: 'orders', emitted_at: 1, data },
    });
    airbyte.script({ stopsAfter: 0, before: [record({ id: 1 }), record({ name: 'no key' })] });
    await airbyte.sync(connectionId, 'failed');
    const [entry] = await airbyte.jobsOf(connectionId);
    expect(lastFailure(entry)).toMatchObject({
      failureOrigin: 'destination',
      failureType: 'config_error',
      externalMessage: expect.stringMatching(/^Stream orders, record 2 of this run: .*\bid\b/) as string,
    });
  });

  it('survives a restart, with every attempt and its technical reason', async () => {
    const connectionId = await airbyte.connect();
    const trace = {
      type: 'ERROR',
      emitted_at: 1,
      error: {
        message: `the token ${SECRET} is unknown`,
        internal_message: `HTTP 401 for ${SECRET}`,
        stack_trace: `at call(${SECRET})`,
        failure_type: 'config_error',
        stream_descriptor: { name: 'orders' },
      },
    };
    airbyte.script({ failAfter: [3], failsForGood: false });
    const first = await airbyte.api.sync(connectionId);
    await airbyte.api.jobIn(first, 'succeeded');
    airbyte.script({ before: [{ type: 'TRACE', trace }] });
    await airbyte.sync(connectionId, 'failed');
    await airbyte.restart();
    const [failed, succeeded] = await airbyte.jobsOf(connectionId);
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
    expect(objectsAt(succeeded ?? {}, 'attempts')[1]).not.toHaveProperty('failureSummary');
  });

  it('of a cancelled job is the cancellation', async () => {
    const connectionId = await airbyte.connect();
    airbyte.script({ waitsFor: `${airbyte.embedded.dataDir}/never` });
    const jobId = await airbyte.api.sync(connectionId);
    await airbyte.api.jobIn(jobId, 'running');
    await airbyte.api.delete(`/jobs/${jobId}`);
    const [entry] = await airbyte.jobsOf(connectionId, { statuses: ['cancelled'] });
    expect(entry).toMatchObject({ job: { status: 'cancelled' }, attempts: [{ status: 'failed' }] });
    expect(lastFailure(entry)).toMatchObject({ failureType: 'manual_cancellation', retryable: false });
  });
});

describe('the counts of a job', () => {
  it('are those of its streams, with records that were sent again', async () => {
    const connectionId = await airbyte.connect();
    airbyte.script({ failAfter: [5] });
    await airbyte.sync(connectionId);
    const [entry] = await airbyte.jobsOf(connectionId);
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
    const stats = objectsAt(objectAt(entry ?? {}, 'job') ?? {}, 'streamAggregatedStats');
    expect(stats).toMatchObject([
      { streamName: 'orders', recordsEmitted: 7, recordsCommitted: 6 },
      { streamName: 'people', recordsEmitted: 3, recordsCommitted: 3 },
    ]);
  });

  it('are 0 at the destination for a failed overwrite', async () => {
    const connectionId = await airbyte.connect('full_refresh_overwrite');
    airbyte.script({ failsForGood: true });
    await airbyte.sync(connectionId, 'failed');
    const [entry] = await airbyte.jobsOf(connectionId);
    expect(entry).toMatchObject({
      job: { aggregatedStats: { recordsEmitted: 9, recordsCommitted: 0, bytesCommitted: 0 } },
      attempts: [{ recordsSynced: 0, failureSummary: { partialSuccess: false } }],
    });
  });

  it('of a running job are those so far', async () => {
    const connectionId = await airbyte.connect();
    airbyte.script({ stopsAfter: 5 });
    const jobId = await airbyte.api.sync(connectionId);
    const entry = await until('the first records', async () => {
      const { body } = await airbyte.api.internal('/jobs/get_without_logs', { id: jobId });
      const [attempt] = objectsAt(body, 'attempts').map((info) => objectAt(info, 'attempt') ?? {});
      return objectAt(attempt ?? {}, 'totalStats')?.['recordsEmitted'] === 5 ? body : null;
    });
    expect(entry).toMatchObject({
      job: { status: 'running', startedAt: expect.any(Number) as number },
      attempts: [{ attempt: { status: 'running' } }],
    });
    await airbyte.api.delete(`/jobs/${jobId}`);
  });
});

describe('the list of jobs', () => {
  it('is newest first, in epoch seconds, by page, status and time of change', async () => {
    const connectionId = await airbyte.connect();
    const first = await airbyte.api.sync(connectionId);
    await airbyte.api.jobIn(first, 'succeeded');
    const last = await airbyte.api.sync(connectionId);
    await airbyte.api.jobIn(last, 'succeeded');
    const ids = async (more: JsonObject): Promise<unknown[]> =>
      (await airbyte.jobsOf(connectionId, more)).map((entry) => objectAt(entry, 'job')?.['id']);
    expect(await ids({})).toEqual([last, first]);
    expect(await ids({ orderByMethod: 'ASC', pagination: { pageSize: 1, rowOffset: 1 } })).toEqual([last]);
    expect(await ids({ statuses: ['failed', 'cancelled'] })).toEqual([]);
    expect(await ids({ configTypes: ['refresh'] })).toEqual([]);
    const future = new Date(Date.now() + 3_600_000).toISOString();
    expect(await ids({ updatedAtStart: future })).toEqual([]);
    expect(await ids({ updatedAtEnd: future, orderByField: 'updatedAt' })).toEqual([last, first]);
    const page = await airbyte.api.internal('/jobs/list', {
      configId: connectionId,
      configTypes: ['sync'],
      pagination: { pageSize: 1 },
    });
    expect(page.body).toMatchObject({ totalJobCount: 2, jobs: [{ job: { id: last } }] });
    const created = Number(objectAt(objectsAt(page.body, 'jobs')[0] ?? {}, 'job')?.['createdAt']);
    expect(Math.abs(created - Date.now() / 1000)).toBeLessThan(600);
  });

  it('has each job with and without its attempts', async () => {
    const connectionId = await airbyte.connect();
    const id = await airbyte.api.sync(connectionId);
    await airbyte.api.jobIn(id, 'succeeded');
    const light = await airbyte.api.internal('/jobs/get_light', { id });
    expect(Object.keys(light.body)).toEqual(['job']);
    expect((await airbyte.api.internal('/jobs/get_without_logs', { id })).body).toMatchObject({
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
    expect((await airbyte.api.internal(path, body)).status).toBe(status);
  });

  it('list no jobs of an unknown connection', async () => {
    const answer: Answer = await airbyte.api.internal('/jobs/list', {
      configId: UNKNOWN,
      configTypes: ['sync'],
    });
    expect(answer.body).toEqual({ jobs: [], totalJobCount: 0 });
  });

  it('need the token of the public API', async () => {
    const url = airbyte.embedded.access.apiUrl.replace('/public', '');
    const response = await fetch(`${url}/jobs/list`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(401);
  });
});
