import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { EmbeddedUnderTest, until, type EmbeddedClient } from '../../../test/kill/embedded-kit';
import { Database } from '../store/database';

const WORKSPACE = '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826';
const COMPILED = join(__dirname, '../../../dist/embedded/connectors');
const FILE_SOURCE = join(COMPILED, 'source-file/main.js');
const LOCAL_JSON = join(COMPILED, 'destination-local-json/main.js');

/**
 * Connectors that misbehave. Each is the real one behind a filter of its lines: `line` may return null to drop one,
 * and `attempt` counts how often the command ran before.
 */
const DOUBLES: readonly { type: string; kind: 'source' | 'destination'; of: string; filter: string }[] = [
  { type: 'dropping-source', kind: 'source', of: FILE_SOURCE, filter: 'records === 77 ? null : line' },
  {
    type: 'dropping-destination',
    kind: 'destination',
    of: LOCAL_JSON,
    filter: 'records === 77 ? null : line',
  },
  {
    type: 'dying-source',
    kind: 'source',
    of: FILE_SOURCE,
    filter: 'attempt === 0 && states === 2 ? die() : line',
  },
  {
    type: 'dying-destination',
    kind: 'destination',
    of: LOCAL_JSON,
    filter: 'attempt === 0 && states === 2 ? die() : line',
  },
  { type: 'stuck-source', kind: 'source', of: FILE_SOURCE, filter: 'states === 1 ? stick() : line' },
  { type: 'misconfigured-source', kind: 'source', of: FILE_SOURCE, filter: 'fail("config_error")' },
];

const PROXY = `
const { spawn } = require('node:child_process');
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const [filter, runsFile, kind, of, command, ...rest] = process.argv.slice(2);
const working = command === 'read' || command === 'write';
const attempt = working && existsSync(runsFile) ? readFileSync(runsFile, 'utf8').length : 0;
if (working) appendFileSync(runsFile, 'x');
const child = spawn(process.execPath, [of, command, ...rest], { stdio: [kind === 'destination' ? 'pipe' : 'inherit', kind === 'source' ? 'pipe' : 'inherit', 'inherit'] });
const die = () => { child.kill('SIGKILL'); process.exit(9); };
const stick = () => { child.kill('SIGKILL'); setInterval(() => undefined, 1000); return null; };
const fail = (failure_type) => {
  process.stdout.write(JSON.stringify({ type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1, error: { message: 'the password hunter2hunter2 is wrong', failure_type } } }) + '\\n');
  child.kill('SIGKILL');
  process.exit(1);
};
const judge = new Function('line', 'records', 'states', 'attempt', 'die', 'stick', 'fail', 'return ' + filter);
let records = 0, states = 0, buffered = '', stuck = false;
const input = kind === 'source' ? child.stdout : process.stdin;
const output = kind === 'source' ? process.stdout : child.stdin;
const pass = (chunk) => {
  if (!working) return output.write(chunk);
  buffered += chunk.toString('latin1');
  const lines = buffered.split('\\n');
  buffered = lines.pop();
  for (const line of lines) {
    if (line.startsWith('{"type":"RECORD"')) records++;
    if (line.startsWith('{"type":"STATE"')) states++;
    const kept = stuck ? null : judge(line, records, states, attempt, die, stick, fail);
    if (kept !== null) output.write(kept + '\\n', 'latin1');
    else if (filter.includes('stick')) stuck = true;
  }
};
input.on('data', pass);
input.on('end', () => { if (kind === 'destination') child.stdin.end(); });
child.on('close', (code) => { if (!stuck) process.exitCode = code === null ? 1 : code; });
`;

function registerDoubles(dataDir: string): void {
  const proxy = join(dataDir, 'proxy.cjs');
  writeFileSync(proxy, PROXY);
  const connectors = DOUBLES.map(({ type, kind, of, filter }) => ({
    definitionId: type,
    kind,
    type,
    command: [process.execPath, proxy, filter, join(dataDir, `${type}.runs`), kind, of],
  }));
  writeFileSync(join(dataDir, 'connectors.json'), JSON.stringify({ connectors }));
}

const ROWS = 60_000;
let embedded: EmbeddedUnderTest;
let api: EmbeddedClient;

beforeAll(async () => {
  embedded = await EmbeddedUnderTest.start(registerDoubles, {
    retryDelayMs: 20,
    graceMs: 2000,
    silenceMs: 4000,
  });
  api = embedded.client;
  embedded.writeLocal(
    'rows.csv',
    `id,text\n${Array.from({ length: ROWS }, (_, id) => `${id},row ${id}`).join('\n')}\n`,
  );
});

afterAll(() => embedded.remove());

async function source(type: string, name: string, url = '/local/rows.csv', format = 'csv'): Promise<string> {
  const configuration = {
    sourceType: type,
    dataset_name: name,
    format,
    url,
    provider: { storage: 'local' },
    password: 'hunter2hunter2',
  };
  const { body } = await api.post('/sources', { name, workspaceId: WORKSPACE, configuration });
  return String(body['sourceId']);
}

async function destination(type: string, path: string): Promise<string> {
  const configuration = { destinationType: type, destination_path: path };
  const { body } = await api.post('/destinations', { name: path, workspaceId: WORKSPACE, configuration });
  return String(body['destinationId']);
}

function mode(name: string, syncMode: string): Record<string, unknown> {
  return { configurations: { streams: [{ name, syncMode }] } };
}

function idsIn(path: string): number[] {
  return embedded.readOutput(path).map((data) => Number((data as { id: string }).id));
}

function runsOf(type: string): number {
  return readFileSync(join(embedded.dataDir, `${type}.runs`), 'utf8').length;
}

function leftOverProcesses(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(embedded.dataDir);
    } catch {
      // It ended while it was looked at.
      return false;
    }
  });
}

describe('a sync', () => {
  it('keeps numbers as they stand, empty values and text of every script, packed or not', async () => {
    const rows = [
      '{"n":12345678901234567890,"x":1.10,"s":"漢字 😀 \\u00e9"}',
      '{"n":null,"s":"","list":[1,{"a":[]}]}',
    ];
    embedded.writeLocal('rows.jsonl.gz', gzipSync(`${rows.join('\n')}\n`));
    const id = await api.connect(
      await source('file', 'packed', '/local/rows.jsonl.gz', 'jsonl'),
      await destination('local-json', '/local/packed'),
    );
    await api.jobIn(await api.sync(id), 'succeeded');
    const written = readFileSync(join(embedded.dataDir, 'local/packed/_airbyte_raw_packed.jsonl'), 'utf8');
    expect(
      written
        .split('\n')
        .map((line) => line.slice(line.indexOf('_data":') + 7, -1))
        .slice(0, 2),
    ).toEqual(rows);
  });

  it('appends to what is there', async () => {
    const id = await api.connect(
      await source('file', 'twice'),
      await destination('local-json', '/local/twice'),
      mode('twice', 'full_refresh_append'),
    );
    await api.jobIn(await api.sync(id), 'succeeded');
    await api.jobIn(await api.sync(id), 'succeeded');
    expect(idsIn('twice/_airbyte_raw_twice.jsonl')).toHaveLength(2 * ROWS);
  });

  it.each(['dropping-source', 'dropping-destination'])('with a %s fails and keeps nothing', async (type) => {
    const asSource = type.endsWith('source');
    const id = await api.connect(
      await source(asSource ? type : 'file', type),
      await destination(asSource ? 'local-json' : type, `/local/${type}`),
    );
    const job = await api.jobIn(await api.sync(id), 'succeeded', 'failed');
    expect(job).toMatchObject({ status: 'failed', rowsSynced: 0 });
    expect(runsOf(type)).toBe(5);
    expect(embedded.log.join('\n')).toMatch(
      asSource
        ? /The source counted 25000 records of \S+ where 24999/
        : /The destination counted 24999 records of \S+ where 25000/,
    );
    expect(existsSync(join(embedded.dataDir, `local/${type}/_airbyte_raw_${type}.jsonl`))).toBe(false);
  });

  it.each([
    ['dying-source', 'full_refresh_overwrite'],
    ['dying-source', 'full_refresh_append'],
    ['dying-destination', 'full_refresh_overwrite'],
    ['dying-destination', 'full_refresh_append'],
  ])('with a %s goes on in the next attempt (%s) and brings every row', async (type, syncMode) => {
    writeFileSync(join(embedded.dataDir, `${type}.runs`), '');
    const asSource = type.endsWith('source');
    const name = `${type}-${syncMode}`;
    const id = await api.connect(
      await source(asSource ? type : 'file', name),
      await destination(asSource ? 'local-json' : type, `/local/${name}`),
      mode(name, syncMode),
    );
    const job = await api.jobIn(await api.sync(id), 'succeeded', 'failed');
    expect(job).toMatchObject({ status: 'succeeded', rowsSynced: ROWS });
    expect(runsOf(type)).toBe(2);
    const ids = idsIn(`${name}/_airbyte_raw_${name}.jsonl`);
    expect(new Set(ids).size).toBe(ROWS);
    // Appending may repeat one checkpoint after a crash; overwriting may repeat nothing.
    expect(ids.length - ROWS).toBeLessThanOrEqual(syncMode === 'full_refresh_append' ? 25_000 : 0);
  });

  it('is not tried again after a configuration error, and says why it failed', async () => {
    const id = await api.connect(
      await source('misconfigured-source', 'wrong'),
      await destination('local-json', '/local/wrong'),
    );
    await api.jobIn(await api.sync(id), 'failed');
    expect(runsOf('misconfigured-source')).toBe(1);
    expect(embedded.log.join('\n')).toContain('(config_error, source): the password ********** is wrong');
  });

  it('tells its secrets to nobody: neither answers nor log nor state hold them', async () => {
    const sourceId = await source('misconfigured-source', 'secretive');
    const { body } = await api.get(`/sources/${sourceId}`);
    expect(body['configuration']).toMatchObject({ password: '**********', dataset_name: 'secretive' });
    expect(JSON.stringify((await api.get('/sources')).body)).not.toContain('hunter2');
    expect(embedded.log.join('\n')).not.toContain('hunter2');
    for (const file of readdirSync(embedded.dataDir).filter((name) => name.startsWith('state.db'))) {
      expect(readFileSync(join(embedded.dataDir, file)).includes('hunter2')).toBe(false);
    }
  });

  it('ends when nothing is heard for too long', async () => {
    const id = await api.connect(
      await source('stuck-source', 'silent'),
      await destination('local-json', '/local/silent'),
    );
    const jobId = await api.sync(id);
    await api.jobIn(jobId, 'incomplete');
    expect(embedded.log.join('\n')).toContain('sent a message for 4 seconds');
    await api.delete(`/jobs/${jobId}`);
  });

  it('is cancelled on request, with all its processes', async () => {
    const id = await api.connect(
      await source('stuck-source', 'cancelled'),
      await destination('local-json', '/local/cancelled'),
    );
    const jobId = await api.sync(id);
    await api.jobIn(jobId, 'running');
    expect((await api.delete(`/jobs/${jobId}`)).body).toMatchObject({ status: 'cancelled' });
    expect(leftOverProcesses()).toEqual([]);
    expect((await api.post('/jobs', { connectionId: id, jobType: 'sync' })).status).toBe(200);
    await api.delete(`/connections/${id}`);
    expect(leftOverProcesses()).toEqual([]);
  });

  it('goes on after the engine was closed in its midst, which leaves nothing running', async () => {
    const id = await api.connect(
      await source('stuck-source', 'closed'),
      await destination('local-json', '/local/closed'),
    );
    const jobId = await api.sync(id);
    await api.jobIn(jobId, 'running');
    await until('a connector', () => (leftOverProcesses().length > 0 ? true : null));
    await embedded.stop();
    expect(leftOverProcesses()).toEqual([]);
    const db = Database.open(embedded.dataDir);
    expect(db.one('SELECT "status" FROM "jobs" WHERE "id" = ?', jobId)?.text('status')).toBe('incomplete');
    db.close();
    api = await embedded.startAgain();
    await api.jobIn(jobId, 'running');
    await api.delete(`/connections/${id}`);
    expect((await api.get(`/jobs/${jobId}`)).body['status']).toBe('cancelled');
  });
});
