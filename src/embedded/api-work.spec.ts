import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  EmbeddedUnderTest,
  rowsOf,
  type Answer,
  type EmbeddedClient,
} from '../../test/embedded/embedded-kit';
import { until } from '../../test/support/until';
import { startEmbeddedAirbyte } from './index';
import { isObject } from './platform/json';
import { SAMPLE_DESTINATION_IDS, SAMPLE_SOURCE_IDS, SAMPLE_WORKSPACE_ID } from './samples/ids';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

let embedded: EmbeddedUnderTest;
let api: EmbeddedClient;

beforeAll(async () => {
  embedded = await EmbeddedUnderTest.start();
  api = embedded.client;
});

afterAll(() => embedded.remove());

describe('the jobs of a connection', () => {
  const OUTPUT = 'warehouse/_airbyte_raw_orders.jsonl';
  let id: string;
  let started: Answer;
  let startedTwice: Answer;
  let first: number;
  let second: number;

  beforeAll(async () => {
    id = await api.connect(SAMPLE_SOURCE_IDS[0], SAMPLE_DESTINATION_IDS[0]);
    started = await api.post('/jobs', { connectionId: id, jobType: 'sync' });
    startedTwice = await api.post('/jobs', { connectionId: id, jobType: 'sync' });
    first = Number(started.body['jobId']);
    await api.jobIn(first, 'succeeded');
    second = await api.sync(id);
    await api.jobIn(second, 'succeeded');
  });

  const listed = async (query: string): Promise<unknown[]> =>
    rowsOf(await api.get(`/jobs?connectionId=${id}${query}`)).map((row) => row['jobId']);

  it('have no end time while they run', () => {
    expect(started.status).toBe(200);
    expect(started.body).not.toHaveProperty('lastUpdatedAt');
  });

  it('run one at a time', () => {
    expect([startedTwice.status, startedTwice.body['data']]).toEqual([
      409,
      { message: `A sync is already running for: ${id}` },
    ]);
  });

  it('report rows, end time and duration after their success', async () => {
    const { body } = await api.get(`/jobs/${first}`);
    expect(body).toMatchObject({ status: 'succeeded', rowsSynced: 5000, jobType: 'sync' });
    expect(body['lastUpdatedAt']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/);
    expect(body['duration']).toMatch(/^PT/);
  });

  it('replace the rows of the previous job in overwrite mode', () => {
    const ids = embedded.readOutput(OUTPUT).map((data) => isObject(data) && data['order_id']);
    expect([ids.length, new Set(ids).size]).toEqual([5000, 5000]);
  });

  it('are listed oldest first by default', async () => {
    expect(await listed('')).toEqual([first, second]);
    expect(await listed('&orderBy=createdAt%7CDESC&limit=1')).toEqual([second]);
    expect((await api.get(`/jobs?connectionId=${id}&orderBy=name`)).status).toBe(400);
  });

  it('are listed by status', async () => {
    expect(await listed('&status=failed')).toEqual([]);
    expect(await listed('&status=succeeded')).toEqual([first, second]);
  });

  it('cannot be cancelled after their end', async () => {
    expect((await api.delete(`/jobs/${first}`)).status).toBe(409);
  });
});

describe('jobs', () => {
  it('are refused for an inactive connection', async () => {
    const id = await api.connect('source-id', 'dest-id', { status: 'inactive' });
    const inactive = await api.post('/jobs', { connectionId: id, jobType: 'sync' });
    expect([inactive.status, inactive.body['data']]).toEqual([409, { message: 'Could not fulfill request' }]);
  });

  it('are refused for a type other than sync', async () => {
    const id = await api.connect('source-id', 'dest-id', { status: 'inactive' });
    expect((await api.post('/jobs', { connectionId: id, jobType: 'refresh' })).status).toBe(422);
  });

  it('are refused for an unknown connection', async () => {
    expect((await api.post('/jobs', { connectionId: UNKNOWN, jobType: 'sync' })).status).toBe(404);
  });

  it('are started by the schedule', async () => {
    const other = await EmbeddedUnderTest.start();
    try {
      const schedule = { scheduleType: 'cron', cronExpression: '0 0 3 1 1 ?' };
      const id = await other.client.connect('source-id', 'dest-id', { schedule });
      const year = new Date().getUTCFullYear() + 1;
      other.setClock(new Date(Date.UTC(year, 0, 1, 2, 59, 59, 900)));
      const job = await until('the scheduled job', async () => {
        const [found] = rowsOf(await other.client.get(`/jobs?connectionId=${id}`));
        return found?.['status'] === 'succeeded' ? found : null;
      });
      // Seconds are omitted if they are zero, as in Java.
      expect(job['startTime']).toMatch(new RegExp(`^${year}-01-01T03:00(:0[1-9])?Z$`));
    } finally {
      await other.remove();
    }
  });
});

describe('sources and destinations', () => {
  const workspaceId = SAMPLE_WORKSPACE_ID;
  const file = (url: string, more: object = {}): Record<string, unknown> => ({
    name: 'Mine',
    workspaceId,
    configuration: {
      sourceType: 'file',
      dataset_name: 'mine',
      format: 'csv',
      url,
      provider: { storage: 'local' },
      ...more,
    },
  });

  const createSource = async (): Promise<Answer> => {
    embedded.writeLocal('mine.csv', 'a,b\n1,2\n');
    return api.post('/sources', file('/local/mine.csv'));
  };

  it('are returned by their creation', async () => {
    const { status, body } = await createSource();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'Mine',
      sourceType: 'file',
      definitionId: '778daa7c-feaf-4db6-96f3-70fd645acc77',
      workspaceId,
    });
  });

  it('have the streams of their configuration', async () => {
    const { body } = await createSource();
    const streams = await api.get(`/streams?sourceId=${String(body['sourceId'])}&destinationId=dest-id`);
    expect(streams.body['items']).toMatchObject([
      {
        streamName: 'mine',
        syncModes: ['full_refresh_overwrite', 'full_refresh_append', 'incremental_append'],
        propertyFields: [['a'], ['b']],
      },
    ]);
  });

  it('are not found after their deletion', async () => {
    const { body } = await createSource();
    expect((await api.delete(`/sources/${String(body['sourceId'])}`)).status).toBe(204);
    expect((await api.get(`/sources/${String(body['sourceId'])}`)).status).toBe(404);
  });

  it.each([
    ['/local/missing.csv', 'missing.csv'],
    ['/local/../../etc/passwd', 'must'],
    ['/etc/passwd', '/local/'],
  ])('are refused if the check fails: %s', async (url, reason) => {
    const answer = await api.post('/sources', file(url));
    expect([answer.status, answer.body['title']]).toEqual([400, 'bad-request']);
    expect(JSON.stringify(answer.body['data'])).toContain(reason);
  });

  it('are refused with a list of the connectors if the type is unknown', async () => {
    const answer = await api.post('/destinations', {
      name: 'W',
      workspaceId,
      configuration: { destinationType: 'snowflake' },
    });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body['data'])).toContain(
      'local-json (a625d593-bba5-4a1c-a53d-2d246268a816)',
    );
  });

  it('are deleted with their connections', async () => {
    embedded.writeLocal('gone.csv', 'a\n1\n');
    const { body } = await api.post('/sources', file('/local/gone.csv'));
    const id = await api.connect(String(body['sourceId']), 'dest-id');
    await api.delete(`/sources/${String(body['sourceId'])}`);
    expect((await api.get(`/connections/${id}`)).body['status']).toBe('deprecated');
  });
});

describe('the data directory', () => {
  it('is used by one process at a time', async () => {
    const second = startEmbeddedAirbyte({
      dataDir: embedded.dataDir,
      log: { info: jest.fn(), warn: jest.fn(), error: jest.fn() },
    });
    await expect(second).rejects.toThrow(`in use by process ${process.pid}`);
  });

  describe('with encrypted secrets', () => {
    const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
    const start = (dataKey: string | null): Promise<unknown> =>
      startEmbeddedAirbyte({ dataDir: embedded.dataDir, dataKey, log });

    const startAgain = async (): Promise<void> => {
      api = await embedded.startAgain();
      expect((await api.get('/sources')).status).toBe(200);
    };

    beforeEach(() => embedded.stop());

    it('is refused with another key', async () => {
      await expect(start(Buffer.alloc(32).toString('base64'))).rejects.toThrow('DATA_KEY is not the key');
      await startAgain();
    });

    it('is refused without the key file', async () => {
      const path = join(embedded.dataDir, 'secret.key');
      const key = readFileSync(path, 'utf8').trim();
      rmSync(path);
      await expect(start(null)).rejects.toThrow('secret.key is missing');
      writeFileSync(path, key, { mode: 0o600 });
      await startAgain();
    });
  });

  it('keeps the port, the credentials and the connections over a restart', async () => {
    const before = embedded.access;
    const id = await api.connect('source-id', 'dest-id', { name: 'Survivor' });
    await embedded.stop();
    api = await embedded.startAgain();
    const { apiUrl, clientId, clientSecret } = embedded.access;
    expect({ apiUrl, clientId, clientSecret }).toEqual({
      apiUrl: before.apiUrl,
      clientId: before.clientId,
      clientSecret: before.clientSecret,
    });
    expect((await api.get(`/connections/${id}`)).body['name']).toBe('Survivor');
    expect(embedded.log.join('\n')).toContain('AIRBYTE_API_URL');
  });
});

describe('during the discovery of a source', () => {
  /** Restarts the process, so that the schema of each source is discovered again. */
  const forgetCatalogs = async (): Promise<void> => {
    await embedded.stop();
    api = await embedded.startAgain();
  };

  it('an earlier change does not undo a later deletion or change', async () => {
    const [deleted, renamed] = [
      await api.connect('source-id', 'dest-id'),
      await api.connect('source-id', 'dest-id'),
    ];
    const configurations = (await api.get(`/connections/${deleted}`)).body['configurations'];
    await forgetCatalogs();
    const changes = [deleted, renamed].map((id) =>
      api.patch(`/connections/${id}`, { configurations, prefix: 'p_' }),
    );
    expect((await api.delete(`/connections/${deleted}`)).status).toBe(204);
    expect((await api.patch(`/connections/${renamed}`, { name: 'Renamed' })).status).toBe(200);
    expect((await Promise.all(changes)).map(({ status }) => status)).toEqual([404, 200]);
    expect((await api.get(`/connections/${deleted}`)).body['status']).toBe('deprecated');
    expect((await api.get(`/connections/${renamed}`)).body).toMatchObject({ name: 'Renamed', prefix: 'p_' });
  });

  it('no connection is created for a deleted source', async () => {
    const configuration = { sourceType: 'faker', count: 1 };
    const workspaceId = SAMPLE_WORKSPACE_ID;
    const { sourceId } = (await api.post('/sources', { name: 'short-lived', workspaceId, configuration }))
      .body;
    await forgetCatalogs();
    const made = api.post('/connections', { sourceId, destinationId: 'dest-id' });
    expect((await api.delete(`/sources/${String(sourceId)}`)).status).toBe(204);
    expect((await made).status).toBe(404);
  });
});
