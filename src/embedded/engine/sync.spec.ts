import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { until } from '../../../test/support/until';
import { mode, ROWS, SyncBench } from '../../../test/embedded/sync-bench';
import { Database } from '../store/database';

let bench: SyncBench;

beforeAll(async () => {
  bench = await SyncBench.start();
});

afterAll(() => bench.embedded.remove());

describe('a sync', () => {
  it('keeps all digits of numbers, empty values and text of every script, also compressed', async () => {
    const rows = [
      '{"n":12345678901234567890,"x":1.10,"s":"漢字 😀 \\u00e9"}',
      '{"n":null,"s":"","list":[1,{"a":[]}]}',
    ];
    bench.embedded.writeLocal('rows.jsonl.gz', gzipSync(`${rows.join('\n')}\n`));
    const id = await bench.api.connect(
      await bench.source('file', 'packed', '/local/rows.jsonl.gz', 'jsonl'),
      await bench.destination('local-json', '/local/packed'),
    );
    await bench.api.jobIn(await bench.api.sync(id), 'succeeded');
    const written = readFileSync(
      join(bench.embedded.dataDir, 'local/packed/_airbyte_raw_packed.jsonl'),
      'utf8',
    );
    expect(
      written
        .split('\n')
        .map((line) => line.slice(line.indexOf('_data":') + 7, -1))
        .slice(0, 2),
    ).toEqual(rows);
  });

  it('appends to existing rows', async () => {
    const id = await bench.api.connect(
      await bench.source('file', 'twice'),
      await bench.destination('local-json', '/local/twice'),
      mode('twice', 'full_refresh_append'),
    );
    await bench.api.jobIn(await bench.api.sync(id), 'succeeded');
    await bench.api.jobIn(await bench.api.sync(id), 'succeeded');
    expect(bench.idsIn('twice/_airbyte_raw_twice.jsonl')).toHaveLength(2 * ROWS);
  });

  it.each(['dropping-source', 'dropping-destination'])('with a %s fails and stores nothing', async (type) => {
    const asSource = type.endsWith('source');
    const id = await bench.api.connect(
      await bench.source(asSource ? type : 'file', type),
      await bench.destination(asSource ? 'local-json' : type, `/local/${type}`),
    );
    const job = await bench.api.jobIn(await bench.api.sync(id), 'succeeded', 'failed');
    expect(job).toMatchObject({ status: 'failed', rowsSynced: 0 });
    expect(bench.runsOf(type)).toBe(5);
    expect(bench.embedded.log.join('\n')).toContain(
      `(system_error, engine): The ${asSource ? 'source' : 'destination'} counted`,
    );
    expect(existsSync(join(bench.embedded.dataDir, `local/${type}/_airbyte_raw_${type}.jsonl`))).toBe(false);
  });

  it.each([
    ['dying-source', 'full_refresh_overwrite'],
    ['dying-source', 'full_refresh_append'],
    ['dying-destination', 'full_refresh_overwrite'],
    ['dying-destination', 'full_refresh_append'],
  ])('with a %s resumes in the next attempt (%s) and delivers every row', async (type, syncMode) => {
    writeFileSync(join(bench.embedded.dataDir, `${type}.runs`), '');
    const asSource = type.endsWith('source');
    const name = `${type}-${syncMode}`;
    const id = await bench.api.connect(
      await bench.source(asSource ? type : 'file', name),
      await bench.destination(asSource ? 'local-json' : type, `/local/${name}`),
      mode(name, syncMode),
    );
    const job = await bench.api.jobIn(await bench.api.sync(id), 'succeeded', 'failed');
    expect(job).toMatchObject({ status: 'succeeded', rowsSynced: ROWS });
    expect(bench.runsOf(type)).toBe(2);
    const ids = bench.idsIn(`${name}/_airbyte_raw_${name}.jsonl`);
    expect(new Set(ids).size).toBe(ROWS);
    // Appending may repeat one checkpoint after a crash; overwriting may repeat nothing.
    expect(ids.length - ROWS).toBeLessThanOrEqual(syncMode === 'full_refresh_append' ? 25_000 : 0);
  });

  it('returns a state to the source with all digits', async () => {
    const id = await bench.api.connect(
      await bench.source('counting', 's'),
      await bench.destination('local-json', '/local/counted'),
      mode('s', 'incremental_append'),
    );
    for (let run = 0; run < 3; run++) await bench.api.jobIn(await bench.api.sync(id), 'succeeded');
    const written = readFileSync(join(bench.embedded.dataDir, 'local/counted/_airbyte_raw_s.jsonl'), 'utf8');
    expect(written.match(/"id":\d+/g)).toEqual([3, 4, 5].map((digit) => `"id":900719925474099${digit}`));
  });

  it('is not retried after a configuration error, and logs the reason', async () => {
    const id = await bench.api.connect(
      await bench.source('misconfigured-source', 'wrong'),
      await bench.destination('local-json', '/local/wrong'),
    );
    await bench.api.jobIn(await bench.api.sync(id), 'failed');
    expect(bench.runsOf('misconfigured-source')).toBe(1);
    expect(bench.embedded.log.join('\n')).toContain(
      '(config_error, source): the password ********** is wrong',
    );
  });

  it('keeps secrets out of responses, log and state', async () => {
    const sourceId = await bench.source('misconfigured-source', 'secretive');
    const { body } = await bench.api.get(`/sources/${sourceId}`);
    expect(body['configuration']).toMatchObject({ password: '**********', dataset_name: 'secretive' });
    expect(JSON.stringify((await bench.api.get('/sources')).body)).not.toContain('hunter2');
    expect(bench.embedded.log.join('\n')).not.toContain('hunter2');
    for (const file of readdirSync(bench.embedded.dataDir).filter((name) => name.startsWith('state.db'))) {
      expect(readFileSync(join(bench.embedded.dataDir, file)).includes('hunter2')).toBe(false);
    }
  });

  it('fails after too long without a message', async () => {
    const id = await bench.api.connect(
      await bench.source('stuck-source', 'silent'),
      await bench.destination('local-json', '/local/silent'),
    );
    const jobId = await bench.api.sync(id);
    await bench.api.jobIn(jobId, 'incomplete');
    expect(bench.embedded.log.join('\n')).toContain('sent a message for 4 seconds');
    await bench.api.delete(`/jobs/${jobId}`);
  });

  it('is cancelled on request, with all its processes', async () => {
    const id = await bench.api.connect(
      await bench.source('stuck-later-source', 'cancelled'),
      await bench.destination('local-json', '/local/cancelled'),
    );
    const jobId = await bench.api.sync(id);
    await bench.api.jobIn(jobId, 'running');
    await until('rows to be counted', async () =>
      Number((await bench.api.get(`/jobs/${jobId}`)).body['rowsSynced']) > 0 ? true : null,
    );
    // An overwrite replaces the table only when it is complete.
    expect((await bench.api.delete(`/jobs/${jobId}`)).body).toMatchObject({
      status: 'cancelled',
      rowsSynced: 0,
    });
    expect(bench.leftOverProcesses()).toEqual([]);
    expect((await bench.api.post('/jobs', { connectionId: id, jobType: 'sync' })).status).toBe(200);
    await bench.api.delete(`/connections/${id}`);
    expect(bench.leftOverProcesses()).toEqual([]);
  });

  it('resumes after the engine was closed during a sync, and leaves no process running', async () => {
    const id = await bench.api.connect(
      await bench.source('stuck-source', 'closed'),
      await bench.destination('local-json', '/local/closed'),
    );
    const jobId = await bench.api.sync(id);
    await bench.api.jobIn(jobId, 'running');
    await until('a connector', () => (bench.leftOverProcesses().length > 0 ? true : null));
    await bench.embedded.stop();
    expect(bench.leftOverProcesses()).toEqual([]);
    const db = Database.open(bench.embedded.dataDir);
    expect(db.one('SELECT "status" FROM "jobs" WHERE "id" = ?', jobId)?.text('status')).toBe('incomplete');
    db.close();
    bench.api = await bench.embedded.startAgain();
    await bench.api.jobIn(jobId, 'running');
    await bench.api.delete(`/connections/${id}`);
    expect((await bench.api.get(`/jobs/${jobId}`)).body['status']).toBe('cancelled');
  });
});
