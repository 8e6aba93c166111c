import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedUnderTest } from '../../../../test/embedded/embedded-kit';
import { until } from '../../../../test/support/until';
import { SAMPLE_WORKSPACE_ID } from '../../samples/ids';

/** A source that notes its reads and sends rows without an end. */
const ENDLESS = `
const { appendFileSync } = require('node:fs');
const [notes, command] = process.argv.slice(2);
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
if (command === 'spec') say({ type: 'SPEC', spec: { connectionSpecification: { type: 'object' } } });
if (command === 'check') say({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } });
if (command === 'discover') say({ type: 'CATALOG', catalog: { streams: ['a', 'b'].map((name) => ({ name, json_schema: {}, supported_sync_modes: ['full_refresh'] })) } });
if (command === 'read') {
  appendFileSync(notes, 'start ');
  process.on('SIGTERM', () => { appendFileSync(notes, 'stop '); process.exit(0); });
  let n = 0;
  const more = () => process.stdout.write(['a', 'b'].map((stream) => JSON.stringify({ type: 'RECORD', record: { stream, emitted_at: 1, data: { n } } }) + '\\n').join(''), () => { n++; more(); });
  more();
}
`;

/** A source that sends one row, a new token, and nothing more. */
const SILENT = `
const { readFileSync, writeFileSync } = require('node:fs');
const [pid, command, ...args] = process.argv.slice(2);
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
if (command === 'spec') say({ type: 'SPEC', spec: { connectionSpecification: { type: 'object', properties: { token: { type: 'string', airbyte_secret: true }, user: { type: 'string' } } } } });
if (command === 'check') say({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } });
if (command === 'discover') say({ type: 'CATALOG', catalog: { streams: [{ name: 's', json_schema: {}, supported_sync_modes: ['full_refresh'] }] } });
if (command === 'read') {
  const config = JSON.parse(readFileSync(args[args.indexOf('--config') + 1], 'utf8'));
  say({ type: 'CONTROL', control: { type: 'CONNECTOR_CONFIG', emitted_at: 1, connectorConfig: { config: { ...config, user: 'renewed' } } } });
  say({ type: 'RECORD', record: { stream: 's', emitted_at: 1, data: { n: 1 } } });
  writeFileSync(pid, String(process.pid));
  setInterval(() => undefined, 1000);
}
`;

describe('a sample', () => {
  let embedded: EmbeddedUnderTest;
  let sourceId: string;
  const pidFile = (): string => join(embedded.dataDir, 'pid');

  beforeEach(async () => {
    embedded = await EmbeddedUnderTest.start((dataDir) => {
      const connectors = Object.entries({ silent: SILENT, endless: ENDLESS }).map(([type, program]) => {
        const path = join(dataDir, `${type}.cjs`);
        writeFileSync(path, program);
        const command = [process.execPath, path, join(dataDir, 'pid')];
        return { definitionId: type, kind: 'source', type, command };
      });
      writeFileSync(join(dataDir, 'connectors.json'), JSON.stringify({ connectors }));
    });
    sourceId = await create('silent', { token: 'a-secret', user: 'first' });
  });
  afterEach(() => embedded.remove());

  async function create(definitionId: string, configuration: object): Promise<string> {
    const body = { name: definitionId, workspaceId: SAMPLE_WORKSPACE_ID, definitionId, configuration };
    return String((await embedded.client.post('/sources', body)).body['sourceId']);
  }

  it('is read one at a time for each source, and equal requests share one read', async () => {
    const id = await create('endless', {});
    const names = ['a', 'b', 'a', 'a', 'b'];
    const answers = await Promise.all(
      names.map((streamName) =>
        embedded.client.internal('/sources/sample_stream', { sourceId: id, streamName }),
      ),
    );
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body['rows']).toHaveLength(10);
    }
    expect(readFileSync(pidFile(), 'utf8')).toBe('start stop start stop ');
  });

  it('ends its connector when the embedded Airbyte stops, and keeps a configuration that the connector sent', async () => {
    const reading = embedded.client.internal('/sources/sample_stream', { sourceId, streamName: 's' }).then(
      ({ status }) => status,
      () => null,
    );
    const pid = await until(
      'the start of the connector',
      () => existsSync(pidFile()) && Number(readFileSync(pidFile(), 'utf8')),
    );
    await embedded.stop();
    expect(await reading).not.toBe(200);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    const client = await embedded.startAgain();
    const { body } = await client.get(`/sources/${sourceId}`);
    expect(body['configuration']).toMatchObject({ user: 'renewed' });
  });
});
