import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type TestGateway } from '../support/gateway';
import { gatewayBench } from '../support/gateway-bench';
import { SOURCE_ID, WORKSPACE_ID } from '../support/scripted-upstream';
import { serveSample } from '../support/serve-connectors';

const TOKEN = 'a-token-that-nobody-may-see';

/** Sends rows until it is stopped, and notes its starts and ends. `mode` decides what is wrong with it. */
const SOURCE = `
const { appendFileSync, readFileSync } = require('node:fs');
const [notes, command, ...args] = process.argv.slice(2);
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const config = args.includes('--config') ? JSON.parse(readFileSync(args[args.indexOf('--config') + 1], 'utf8')) : {};
const record = (stream, data) => say({ type: 'RECORD', record: { stream, emitted_at: 1, data } });
const streams = ['endless', 'endless too', 'two words/ö', 'wide', 'failing'].map((name) => ({ name, json_schema: { type: 'object', properties: { n: { type: 'integer' }, at: { type: ['null', 'string'], format: 'date-time' }, mixed: { type: ['string', 'object'] } } }, supported_sync_modes: ['full_refresh'] }));
if (command === 'spec') say({ type: 'SPEC', spec: { connectionSpecification: { type: 'object', properties: { token: { type: 'string', airbyte_secret: true } } } } });
if (command === 'check') say({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } });
if (command === 'discover') say({ type: 'CATALOG', catalog: { streams } });
if (command === 'read') {
  appendFileSync(notes, 'start\\n');
  process.on('SIGTERM', () => { appendFileSync(notes, 'stop\\n'); process.exit(0); });
  const [{ stream }] = JSON.parse(readFileSync(args[args.indexOf('--catalog') + 1], 'utf8')).streams;
  if (stream.name.startsWith('endless')) { let n = 0; const more = () => process.stdout.write(JSON.stringify({ type: 'RECORD', record: { stream: stream.name, emitted_at: 1, data: { n: n++ } } }) + '\\n', more); more(); }
  if (stream.name === 'two words/ö') {
    process.stdout.write('{"type":"RECORD","record":{"stream":"two words/ö","emitted_at":1,"data":{"n":9007199254740993,"half":0.5,"token":"Bearer ' + config.token + '","text":"' + 'é'.repeat(3000) + '","list":[1,{"deep":"' + 'x'.repeat(3000) + '"}],"small":{"a":[null,true]}}}}\\n');
    process.stdout.write('not a message\\n');
  }
  if (stream.name === 'wide') { record('wide', Object.fromEntries(Array.from({ length: 1500 }, (_, i) => ['field' + i, 'v'.repeat(100)]))); }
  if (stream.name === 'failing') { record('failing', { n: 1 }); say({ type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1, error: { message: 'row 2 is wrong: ' + config.token, failure_type: 'config_error' } } }); process.exitCode = 1; }
}
`;

interface Sample {
  readonly fields: readonly object[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly cut: readonly object[];
  readonly leftOutFields: number;
  readonly isComplete: boolean;
}

describe('a sample of a stream with the embedded Airbyte', () => {
  const folder = mkdtempSync(join(tmpdir(), 'samples-'));
  const notes = join(folder, 'notes');
  let gateway: TestGateway;
  let sourceId: string;

  beforeAll(async () => {
    const dataDir = join(folder, 'data');
    mkdirSync(join(dataDir, 'local'), { recursive: true });
    const program = join(folder, 'source.cjs');
    writeFileSync(program, SOURCE);
    const connector = { definitionId: 'scripted', kind: 'source', type: 'scripted' };
    const connectors = [{ ...connector, command: [process.execPath, program, notes] }];
    writeFileSync(join(dataDir, 'connectors.json'), JSON.stringify({ connectors }));
    writeFileSync(join(dataDir, 'local', 'people.csv'), 'id,name\n007,"Ada, ""the first"""\n8,\n');
    gateway = await startGateway({ DATA_DIR: dataDir });
    sourceId = await create('scripted', { token: TOKEN });
  });
  afterAll(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    writeFileSync(notes, '');
  });

  async function create(type: string, configuration: object): Promise<string> {
    const made = await gateway.api.post('/sources').send({ name: type, type, configuration }).expect(201);
    return (made.body as { sourceId: string }).sourceId;
  }
  const pathOf = (name: string, id = sourceId): string =>
    `/sources/${id}/streams/${encodeURIComponent(name)}/sample`;
  const sample = async (name: string, id = sourceId): Promise<Sample> =>
    (await gateway.api.get(pathOf(name, id)).expect(200)).body as Sample;
  const noted = (): string[] => readFileSync(notes, 'utf8').split('\n').filter(Boolean);

  it('has the rows of a file as they would be loaded, and says that there are no others', async () => {
    const file = { dataset_name: 'people', format: 'csv', url: '/local/people.csv' };
    const id = await create('file', { ...file, provider: { storage: 'local' } });
    expect(await sample('people', id)).toMatchObject({
      fields: expect.arrayContaining([{ name: 'id', type: 'string', isNullable: true, format: null }]),
      rows: [
        { id: '007', name: 'Ada, "the first"' },
        { id: '8', name: '' },
      ],
      cut: [],
      isComplete: true,
    });
  });

  it('has ten rows of a source without an end, and stops it', async () => {
    const { rows, isComplete, fields } = await sample('endless');
    expect(rows.map(({ n }) => n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(isComplete).toBe(false);
    expect(noted()).toEqual(['start', 'stop']);
    expect(fields).toEqual([
      { name: 'n', type: 'integer', isNullable: false, format: null },
      { name: 'at', type: 'string', isNullable: true, format: 'date-time' },
      { name: 'mixed', type: 'string or object', isNullable: false, format: null },
    ]);
  });

  it.each([
    ['one stream', ['endless', 'endless']],
    ['two streams', ['endless', 'endless too', 'endless', 'endless too']],
  ])('is read alone, whatever the number of requests for %s', async (_name, names) => {
    const samples = await Promise.all(names.map((name) => sample(name)));
    for (const { rows } of samples) expect(rows).toHaveLength(10);
    expect(noted().join(' ')).toMatch(/^start stop( start stop){0,3}$/);
  });

  it('cuts long values and marks them, masks secrets, and rounds no number', async () => {
    const { rows, cut } = await sample('two words/ö');
    expect(rows).toHaveLength(1);
    const [row = {}] = rows;
    expect(row).toMatchObject({ n: '9007199254740993', half: 0.5, small: { a: [null, true] } });
    expect(row['token']).toBe('Bearer **********');
    expect(row['text']).toBe(`${'é'.repeat(1000)}…`);
    expect(row['list']).toMatch(/^\[1,\{"deep":"x+…$/);
    expect(cut).toEqual([
      { row: 0, field: 'text' },
      { row: 0, field: 'list' },
    ]);
  });

  it('is bounded for rows with many fields', async () => {
    const { rows, leftOutFields } = await sample('wide');
    expect(Object.keys(rows[0] ?? {})).toHaveLength(1000);
    expect(rows[0]?.['field0']).toBe(`${'v'.repeat(25)}…`);
    expect(leftOutFields).toBe(500);
  });

  it('has the message of a connector that fails, without its secrets', async () => {
    const answer = await gateway.api.get(pathOf('failing')).expect(422);
    expect(answer.body).toMatchObject({
      code: 'source-unreachable',
      detail: expect.stringContaining('row 2 is wrong: **********'),
    });
    expect(answer.text).not.toContain(TOKEN);
  });

  it('is refused for a stream that the source does not have', async () => {
    const { body } = await gateway.api.get(pathOf('nothing')).expect(404);
    expect(body).toMatchObject({
      code: 'stream-not-found',
      detail: expect.stringContaining(`The source has no stream "nothing". GET /sources/${sourceId}/streams`),
    });
    await gateway.api.get(`${pathOf('endless')}?namespace=public`).expect(404);
    await gateway.api.get(pathOf('endless', '00000000-0000-4000-8000-000000000000')).expect(404);
  });
});

describe('a sample of a stream in front of an Airbyte', () => {
  const PATH = `/sources/${SOURCE_ID}/streams/orders/sample`;
  const hash = (key: string): string => createHash('sha256').update(key).digest('hex');
  const bench = gatewayBench({
    API_KEYS: [
      `reader:ingestion:read:${hash('reader')}`,
      `team:ingestion:read:${hash('team')}:${WORKSPACE_ID}`,
      `connector:connector:read:${hash('connector')}`,
    ].join(','),
    RATE_LIMIT: 'off',
  });

  it('needs the scope of the streams, and a source that the caller may see', async () => {
    serveSample(bench.upstream);
    await bench.api.get(PATH).set('X-API-Key', 'reader').expect(200);
    await bench.api.get(PATH).set('X-API-Key', 'connector').expect(403);
    const foreign = '11111111-1111-4111-8111-111111111111';
    bench.upstream.state.addSource(foreign, '0e0a3a35-9d5e-4f8e-8a8e-3c7cf9c9a001');
    const { body } = await bench.api
      .get(PATH.replace(SOURCE_ID, foreign))
      .set('X-API-Key', 'team')
      .expect(404);
    expect(body).toMatchObject({ code: 'source-not-found' });
    expect(bench.upstream.count('internal sources/sample_stream')).toBe(1);
  });

  it('is off with the reason where Airbyte has no samples', async () => {
    const send = (): Promise<{ body: unknown; status: number }> =>
      bench.api.get(PATH).set('X-API-Key', 'reader').then();
    await send();
    const { status, body } = await send();
    expect(status).toBe(501);
    expect(body).toMatchObject({
      code: 'capability-off',
      detail: expect.stringContaining('Only the embedded Airbyte reads samples.'),
    });
    const { body: report } = await bench.api.get('/capabilities').set('X-API-Key', 'reader');
    expect((report as { capabilities: object[] }).capabilities).toContainEqual(
      expect.objectContaining({ name: 'samples', state: 'off' }),
    );
  });
});
