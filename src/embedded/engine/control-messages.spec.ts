import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedUnderTest } from '../../../test/embedded/embedded-kit';
import { ScriptedBench, SCRIPT_DEFAULTS } from '../../../test/embedded/scripted-bench';
import type { ScriptedConnectors } from '../../../test/embedded/scripted-connectors';
import { until } from '../../../test/support/until';
import { parseObject, type JsonObject } from '../platform/json';

let bench: ScriptedBench;
let embedded: EmbeddedUnderTest;
let connectors: ScriptedConnectors;

beforeAll(async () => {
  bench = await ScriptedBench.start();
  ({ embedded, connectors } = bench);
});

afterAll(() => embedded.remove());

describe('a configuration in a CONTROL message', () => {
  const control = (config: object): object => ({
    type: 'CONTROL',
    control: { type: 'CONNECTOR_CONFIG', emitted_at: 1, connectorConfig: { config } },
  });

  it('is stored encrypted and shown masked at once, also if the attempt fails', async () => {
    const connection = await bench.connect({ a: 'incremental_append' });
    const before = [control({ token: 'second-token' })];
    expect(await connection.sync({ rows: { a: 1 }, before, failsForGood: true })).toBe('failed');
    expect(await connection.sync({ rows: { a: 1 } })).toBe('succeeded');
    expect(JSON.parse(connectors.lastConfiguration)).toEqual({
      token: 'second-token',
    });
    const { body } = await embedded.client.get(`/sources/${connection.sourceId}`);
    expect(body['configuration']).toEqual({ sourceType: 'scripted', token: '**********' });
    for (const file of readdirSync(embedded.dataDir).filter((name) => name.startsWith('state.db')))
      expect(readFileSync(join(embedded.dataDir, file)).includes('second-token')).toBe(false);
  });

  it('has its secrets masked in later messages', async () => {
    const connection = await bench.connect({ a: 'incremental_append' });
    const log = { type: 'LOG', log: { level: 'ERROR', message: 'the token third-token is old' } };
    await connection.sync({ rows: { a: 1 }, before: [control({ token: 'third-token' }), log] });
    expect(embedded.log.join('\n')).toContain('the token ********** is old');
    expect(embedded.log.join('\n')).not.toContain('third-token');
  });

  it('is stored for a destination', async () => {
    const connection = await bench.connect({ a: 'incremental_append' }, 'numbers', {
      control: { folder: '/elsewhere', region: 'north' },
    });
    expect(await connection.sync({ rows: { a: 1 } })).toBe('succeeded');
    const { body } = await embedded.client.get(`/destinations/${connection.destinationId}`);
    expect(body['configuration']).toEqual({
      destinationType: 'numbers',
      folder: '/elsewhere',
      region: 'north',
    });
  });

  it('is stored during a discovery, also if it fails', async () => {
    const connection = await bench.connect({ a: 'incremental_append' });
    connectors.script({
      ...SCRIPT_DEFAULTS,
      rows: { a: 1 },
      before: [control({ token: 'fourth-token' })],
      failsForGood: true,
    });
    const { status } = await embedded.client.get(
      `/streams?sourceId=${connection.sourceId}&destinationId=${connection.destinationId}&ignoreCache=true`,
    );
    expect(status).toBe(500);
    expect(await connection.sync({ rows: { a: 1 } })).toBe('succeeded');
    expect(JSON.parse(connectors.lastConfiguration)).toEqual({ token: 'fourth-token' });
  });

  it('is merged with changes that a user made during the attempt', async () => {
    const connection = await bench.connect({ a: 'incremental_append' });
    const path = `/sources/${connection.sourceId}`;
    const replace = (configuration: JsonObject): Promise<unknown> =>
      embedded.client.put(path, {
        name: 'scripted',
        configuration: { sourceType: 'scripted', ...configuration },
      });
    const syncWhile = async (sent: readonly object[], change: JsonObject): Promise<JsonObject> => {
      const waitsFor = bench.newPath('go');
      const synced = connection.sync({ rows: { a: 1 }, waitsFor, before: sent.map(control) });
      await until('the attempt to begin', () => (connectors.attempts > 0 ? true : null));
      await replace(change);
      writeFileSync(waitsFor, '');
      expect(await synced).toBe('succeeded');
      expect(await connection.sync({ rows: { a: 1 } })).toBe('succeeded');
      return parseObject(connectors.lastConfiguration) ?? {};
    };
    await replace({ token: 'first', region: 'north' });
    // The user changed another member, so both changes are stored.
    expect(
      await syncWhile(
        [
          { token: 'second', region: 'north' },
          { token: 'third', region: 'north' },
        ],
        { token: 'first', region: 'south' },
      ),
    ).toEqual({ token: 'third', region: 'south' });
    // The user changed the same member, so the value of the user is kept.
    expect(
      await syncWhile([{ token: 'fourth', region: 'south', added: 1 }], { token: 'mine', region: 'south' }),
    ).toEqual({ token: 'mine', region: 'south', added: 1 });
  });

  it('is rejected if it is too large', async () => {
    const connection = await bench.connect({ a: 'incremental_append' });
    const before = [control({ token: 'x'.repeat(1024 * 1024) })];
    expect(await connection.sync({ rows: { a: 1 }, before })).toBe('failed');
    expect(connectors.attempts).toBe(1);
    expect(embedded.log.join('\n')).toContain('The source sent a configuration of more than 1 MiB');
  });
});
