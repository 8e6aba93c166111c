import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedUnderTest } from '../../../test/embedded/embedded-kit';
import { SAMPLE_WORKSPACE_ID } from '../samples/ids';

const RAW = '_airbyte_raw_people.jsonl';

let embedded: EmbeddedUnderTest;

afterEach(() => embedded.remove());

async function start(emptyOverwrite?: 'refuse' | 'warn'): Promise<void> {
  const more = emptyOverwrite === undefined ? {} : { emptyOverwrite };
  embedded = await EmbeddedUnderTest.start(() => undefined, { retryDelayMs: 1 }, more);
}

async function connect(syncMode: string): Promise<string> {
  const api = embedded.client;
  embedded.writeLocal('people.csv', 'id\n1\n2\n');
  const common = { name: 'people', workspaceId: SAMPLE_WORKSPACE_ID };
  const source = await api.post('/sources', {
    ...common,
    configuration: {
      sourceType: 'file',
      dataset_name: 'people',
      format: 'csv',
      url: '/local/people.csv',
      provider: { storage: 'local' },
    },
  });
  const destination = await api.post('/destinations', {
    ...common,
    configuration: { destinationType: 'local-json', destination_path: '/local/out' },
  });
  return api.connect(String(source.body['sourceId']), String(destination.body['destinationId']), {
    configurations: { streams: [{ name: 'people', syncMode }] },
  });
}

async function sync(id: string): Promise<unknown> {
  const api = embedded.client;
  const { status, rowsSynced } = await api.jobIn(await api.sync(id), 'succeeded', 'failed');
  return { status, rowsSynced };
}

/** Number of rows of a stream at the destination. */
function rowsAt(file = RAW): number {
  const path = join(embedded.dataDir, 'local/out', file);
  if (!existsSync(path)) return 0;
  return readFileSync(path, 'utf8').split('\n').filter(Boolean).length;
}

describe('an overwrite whose source has no row', () => {
  it('fails once with EMPTY_OVERWRITE=refuse and keeps the rows that are there, until the source has rows again', async () => {
    await start('refuse');
    const id = await connect('full_refresh_overwrite');
    await sync(id);
    embedded.writeLocal('people.csv', 'id\n');
    expect(await sync(id)).toEqual({ status: 'failed', rowsSynced: 0 });
    expect(rowsAt()).toBe(2);
    const log = embedded.log.join('\n');
    expect(log).toContain(
      'The source has no rows now, and the overwrite would empty at the destination: people (2 rows). ' +
        'The old rows are kept. Check the source and its permissions. If it is meant to be empty, set EMPTY_OVERWRITE=warn.',
    );
    expect(log).not.toContain('attempt 2');
    embedded.writeLocal('people.csv', 'id\n7\n');
    expect(await sync(id)).toEqual({ status: 'succeeded', rowsSynced: 1 });
    expect(rowsAt()).toBe(1);
  });

  it('fails too when the rows came by appending, before the mode was changed', async () => {
    await start('refuse');
    const id = await connect('full_refresh_append');
    await sync(id);
    embedded.writeLocal('people.csv', 'id\n');
    expect(await sync(id)).toEqual({ status: 'succeeded', rowsSynced: 0 });
    const streams = [{ name: 'people', syncMode: 'full_refresh_overwrite' }];
    await embedded.client.patch(`/connections/${id}`, { configurations: { streams } });
    expect(await sync(id)).toEqual({ status: 'failed', rowsSynced: 0 });
    expect(rowsAt()).toBe(2);
  });

  it('succeeds where the destination has none of its rows: at first, and under another name', async () => {
    await start();
    const id = await connect('full_refresh_overwrite');
    embedded.writeLocal('people.csv', 'id\n');
    expect(await sync(id)).toEqual({ status: 'succeeded', rowsSynced: 0 });
    embedded.writeLocal('people.csv', 'id\n1\n');
    await sync(id);
    embedded.writeLocal('people.csv', 'id\n');
    await embedded.client.patch(`/connections/${id}`, { prefix: 'other_' });
    expect(await sync(id)).toEqual({ status: 'succeeded', rowsSynced: 0 });
    expect(rowsAt()).toBe(1);
  });

  it('empties the destination by default, once with a warning', async () => {
    await start();
    const id = await connect('full_refresh_overwrite');
    await sync(id);
    embedded.writeLocal('people.csv', 'id\n');
    expect(await sync(id)).toEqual({ status: 'succeeded', rowsSynced: 0 });
    expect(rowsAt()).toBe(0);
    expect(embedded.log.join('\n')).toContain(
      'The source has no rows now, and the overwrite empties at the destination: people (2 rows). ' +
        'Check the source and its permissions. EMPTY_OVERWRITE=refuse keeps the old rows.',
    );
    const warnings = embedded.log.length;
    expect(await sync(id)).toEqual({ status: 'succeeded', rowsSynced: 0 });
    expect(embedded.log.slice(warnings).join('\n')).not.toContain('EMPTY_OVERWRITE');
  });
});
