import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayProcess } from '../support/gateway-process';
import { until } from '../support/until';

const FIRST = 'first-token/with+signs';
const SECOND = 'second-token/with+signs';

/** Reads rows by their number. In the mode `leaky` its check fails and prints the configuration in every way. */
const SOURCE = `
const { readFileSync } = require('node:fs');
const [command, ...args] = process.argv.slice(2);
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const file = (name) => JSON.parse(readFileSync(args[args.indexOf(name) + 1], 'utf8'));
const config = args.includes('--config') ? file('--config') : {};
const secret = { type: 'string', airbyte_secret: true };
if (command === 'spec') say({ type: 'SPEC', spec: { connectionSpecification: { type: 'object', required: ['token'], properties: { token: secret, mode: { type: 'string' }, rows: { type: 'integer' } } } } });
if (command === 'check' && config.mode === 'leaky') {
  const text = JSON.stringify(config);
  process.stderr.write('stderr ' + text + '\\n');
  process.stdout.write('plain ' + text + '\\n');
  say({ type: 'LOG', log: { level: 'WARN', message: 'log ' + text } });
  say({ type: 'LOG', log: { level: 'ERROR', message: 'Basic ' + Buffer.from('user:' + config.token).toString('base64') } });
  say({ type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1, error: { message: 'refused ' + text + ' ' + encodeURIComponent(config.token), stack_trace: text, failure_type: 'config_error' } } });
  process.exitCode = 1;
}
if (command === 'check' && config.mode !== 'leaky') say({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } });
if (command === 'discover') say({ type: 'CATALOG', catalog: { streams: [{ name: 's', json_schema: { type: 'object', properties: { id: { type: 'integer' } } }, supported_sync_modes: ['full_refresh', 'incremental'], source_defined_cursor: true, default_cursor_field: ['id'] }] } });
if (command === 'read') {
  const states = args.includes('--state') ? file('--state') : [];
  let id = states.length > 0 ? states[0].stream.stream_state.id : 0;
  let sent = 0;
  while (id < config.rows) { say({ type: 'RECORD', record: { stream: 's', emitted_at: 1, data: { id: ++id } } }); sent++; }
  say({ type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor: { name: 's' }, stream_state: { id } }, sourceStats: { recordCount: sent } } });
}
`;

describe('a source with a secret', () => {
  const folder = mkdtempSync(join(tmpdir(), 'own-data-secrets-'));
  const dataDir = join(folder, 'data');
  let gateway: GatewayProcess;
  /** All answers. */
  const said: string[] = [];

  beforeAll(async () => {
    mkdirSync(dataDir);
    const program = join(folder, 'source.cjs');
    writeFileSync(program, SOURCE);
    const connector = { definitionId: 'scripted', kind: 'source', type: 'scripted' };
    const connectors = [{ ...connector, command: [process.execPath, program] }];
    writeFileSync(join(dataDir, 'connectors.json'), JSON.stringify({ connectors }));
    gateway = await GatewayProcess.start({ DATA_DIR: dataDir, LOG_LEVEL: 'debug' });
  });
  afterAll(async () => {
    await gateway.kill('SIGTERM');
    rmSync(folder, { recursive: true });
  });

  async function send(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; body: Readonly<Record<string, unknown>> }> {
    const response = await fetch(gateway.url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    said.push(text);
    return { status: response.status, body: JSON.parse(text) as Readonly<Record<string, unknown>> };
  }

  async function run(connectionId: string): Promise<unknown> {
    const { body } = await send('POST', `/ingestion/${connectionId}/runs`);
    const ended = await send('GET', `/ingestion/${connectionId}/runs/${String(body['runId'])}?wait=60`);
    expect(ended.body).toMatchObject({ status: 'succeeded' });
    return ended.body['rows'];
  }

  it('keeps its cursor when the secret changes, and the secret is in no answer, event and log', async () => {
    const leaky = { name: 'Mine', type: 'scripted', configuration: { token: FIRST, mode: 'leaky', rows: 3 } };
    const check = await send('POST', '/sources/check', leaky);
    expect(check.body).toMatchObject({ status: 'failed', message: expect.stringContaining('refused') });
    expect((await send('POST', '/sources', leaky)).status).toBeGreaterThanOrEqual(400);

    const configuration = { token: FIRST, mode: 'good', rows: 3 };
    const source = await send('POST', '/sources', { ...leaky, configuration });
    const sourceId = String(source.body['sourceId']);
    const destination = await send('POST', '/destinations', {
      name: 'Rows',
      type: 'local-json',
      configuration: { destination_path: '/local/rows' },
    });
    const made = await send('POST', '/ingestion', {
      name: 'Rows',
      sourceId,
      destinationId: destination.body['destinationId'],
      streams: [{ name: 's', syncMode: 'incremental_append' }],
    });
    const connectionId = String(made.body['connectionId']);
    expect(await run(connectionId)).toBe(3);

    const changed = { configuration: { token: SECOND, rows: 5 } };
    expect((await send('PATCH', `/sources/${sourceId}`, changed)).status).toBe(200);
    expect(await run(connectionId)).toBe(2);
    const file = readFileSync(join(dataDir, 'local', 'rows', '_airbyte_raw_s.jsonl'), 'utf8');
    const ids = [...file.matchAll(/"id":(\d+)/g)].map(([, id]) => Number(id));
    expect(ids).toEqual([1, 2, 3, 4, 5]);

    const refused = await send('PATCH', `/sources/${sourceId}`, { configuration: { mode: 'leaky' } });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect((await send('GET', `/sources/${sourceId}`)).body).toMatchObject({
      configuration: { token: '**********', mode: 'good' },
    });
    await send('GET', `/ingestion/${connectionId}/history`);
    await send('GET', `/ingestion/${connectionId}/runs/1/logs`);
    await until('the events', async () => {
      const { body } = await send('GET', '/events');
      return JSON.stringify(body).includes('run.succeeded');
    });
    const everything = `${said.join('\n')}\n${gateway.output}`;
    expect(gateway.output).toContain('"msg":"request"');
    for (const secret of [FIRST, SECOND])
      for (const form of [
        secret,
        encodeURIComponent(secret),
        Buffer.from(`user:${secret}`).toString('base64'),
      ])
        expect(everything).not.toContain(form);
  });
});
