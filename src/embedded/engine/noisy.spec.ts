import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedUnderTest, type Answer } from '../../../test/embedded/embedded-kit';
import { SAMPLE_WORKSPACE_ID } from '../samples/ids';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const keyLines = privateKey.trim().split('\n').slice(1, -1);

/** A source whose output in check and read depends on its configuration. */
const NOISY = `
const { readFileSync } = require('node:fs');
const [command, ...args] = process.argv.slice(2);
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const config = args.includes('--config') ? JSON.parse(readFileSync(args[args.indexOf('--config') + 1], 'utf8')) : {};
const endless = (output, text) => { const more = () => output.write(text, more); more(); };
const noises = {
  key: () => { process.stderr.write('wrong key\\n' + config.key); process.exitCode = 1; },
  encoded: () => { process.stderr.write('x'.repeat(990) + Buffer.from(config.key).toString('base64')); process.exitCode = 1; },
  lines: () => { for (const message of config.key.split('\\n')) say({ type: 'LOG', log: { level: 'ERROR', message } }); process.exitCode = 1; },
  trace: () => { say({ type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1, error: { message: 'y'.repeat(3990) + config.key, failure_type: 'config_error' } } }); process.exitCode = 1; },
  endlessLine: () => endless(process.stdout, 'x'.repeat(1 << 20)),
  endlessLog: () => { endless(process.stderr, 'x'.repeat(1 << 20)); setTimeout(() => process.exit(1), 1500); },
  states: () => { let n = 0; const more = () => { let block = ''; for (let i = 0; i < 500; i++) block += '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"s"},"stream_state":{"n":' + n++ + '}}}}\\n'; process.stdout.write(block, more); }; more(); },
  state: () => say({ type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor: { name: 's' }, stream_state: { x: 'x'.repeat(17 << 20) } } } }),
};
if (command === 'spec') say({ type: 'SPEC', spec: { connectionSpecification: { type: 'object', properties: { key: { type: 'string', airbyte_secret: true } } } } });
if (command === 'check') { if (config.inCheck) noises[config.noise](); else say({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } }); }
if (command === 'discover') say({ type: 'CATALOG', catalog: { streams: [{ name: 's', json_schema: {}, supported_sync_modes: ['full_refresh'] }] } });
if (command === 'read') noises[config.noise]();
`;

/** A destination that accepts every message and never returns a state. */
const SILENT = `
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const [command] = process.argv.slice(2);
if (command === 'spec') say({ type: 'SPEC', spec: { connectionSpecification: { type: 'object' }, supported_destination_sync_modes: ['append', 'overwrite'] } });
if (command === 'check') say({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } });
if (command === 'write') process.stdin.resume();
`;

let embedded: EmbeddedUnderTest;

beforeAll(async () => {
  embedded = await EmbeddedUnderTest.start(
    (dataDir) => {
      const connector = (type: string, kind: string, program: string): object => {
        const path = join(dataDir, `${type}.cjs`);
        writeFileSync(path, program);
        return { definitionId: type, kind, type, command: [process.execPath, path] };
      };
      const connectors = [connector('noisy', 'source', NOISY), connector('silent', 'destination', SILENT)];
      writeFileSync(join(dataDir, 'connectors.json'), JSON.stringify({ connectors }));
    },
    { retryDelayMs: 1, graceMs: 1000, silenceMs: 20_000, stateWaitMs: 1000 },
  );
});

afterAll(() => embedded.remove());

function create(noise: string, inCheck: boolean): Promise<Answer> {
  const configuration = { sourceType: 'noisy', noise, inCheck, key: privateKey };
  return embedded.client.post('/sources', { name: noise, workspaceId: SAMPLE_WORKSPACE_ID, configuration });
}

/** Runs a sync and returns its log. */
async function sync(noise: string, destinationType = 'local-json'): Promise<string> {
  const api = embedded.client;
  const { body: source } = await create(noise, false);
  const { body: destination } = await api.post('/destinations', {
    name: noise,
    workspaceId: SAMPLE_WORKSPACE_ID,
    configuration: { destinationType, destination_path: `/local/${noise}` },
  });
  const id = await api.connect(String(source['sourceId']), String(destination['destinationId']));
  const before = embedded.log.length;
  await api.jobIn(await api.sync(id), 'failed');
  return embedded.log.slice(before).join('\n');
}

/** Returns the lines of the key that a text contains, in plain text or base64. */
function linesIn(text: string): string[] {
  const encoded = Buffer.from(privateKey).toString('base64');
  const pieces = Array.from({ length: Math.floor(encoded.length / 40) }, (_, index) =>
    encoded.slice(index * 40, index * 40 + 40),
  );
  return [...keyLines, ...pieces].filter((line) => text.includes(line.slice(0, 20)));
}

describe('a connector that prints its private key', () => {
  it.each(['key', 'encoded', 'lines', 'trace'])(
    'by %s shows it neither in the log nor in the state',
    async (noise) => {
      expect(linesIn(await sync(noise))).toEqual([]);
      for (const file of readdirSync(embedded.dataDir).filter((name) => name.startsWith('state.db')))
        expect(linesIn(readFileSync(join(embedded.dataDir, file), 'latin1'))).toEqual([]);
    },
  );

  it.each(['key', 'encoded', 'trace'])('does not disclose it in the answer to a check: %s', async (noise) => {
    const { status, body } = await create(noise, true);
    expect([status, linesIn(JSON.stringify(body))]).toEqual([400, []]);
  });
});

describe('a connector with unlimited output', () => {
  /** Growth of the memory of this process during the work, in MiB. */
  async function growth(work: () => Promise<unknown>): Promise<number> {
    let highest = 0;
    const before = process.memoryUsage().rss;
    const watch = setInterval(() => {
      highest = Math.max(highest, process.memoryUsage().rss);
    }, 20);
    await work();
    clearInterval(watch);
    return (highest - before) / 1024 / 1024;
  }

  it('is stopped with a reason, in a sync and in a check', async () => {
    let log = '';
    expect(await growth(async () => (log = await sync('endlessLine')))).toBeLessThan(400);
    expect(log).toContain(
      'The source wrote a line of more than 64 MiB to its standard output. Each message must be one shorter line.',
    );
    // A second attempt would end in the same way.
    expect(log).not.toContain('attempt 2');
    let answer = '';
    expect(
      await growth(async () => (answer = JSON.stringify((await create('endlessLine', true)).body))),
    ).toBeLessThan(400);
    expect(answer).toContain("The connector's answer to check is larger than 64 MiB.");
  });

  it('has its endless log line truncated, and needs little memory', async () => {
    let answer = '';
    expect(
      await growth(async () => (answer = JSON.stringify((await create('endlessLog', true)).body))),
    ).toBeLessThan(200);
    expect(answer).toContain('The connector ended check without an answer (exit status 1).');
    expect(answer.length).toBeLessThan(30_000);
  });

  it('fails the job, without a retry, if the destination never returns many small states', async () => {
    let log = '';
    expect(await growth(async () => (log = await sync('states', 'silent')))).toBeLessThan(400);
    expect(log).toMatch(/The destination has not acknowledged \d{6} states, and no more can be kept\./);
    expect(log).not.toContain('attempt 2');
  });

  it('fails the job, without a retry, after a state that is too large', async () => {
    const log = await sync('state');
    expect(log).toContain('The source sent a state of more than 16 MiB, which is too large.');
    expect(log).not.toContain('attempt 2');
  });
});
