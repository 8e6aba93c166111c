import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayProcess } from '../support/gateway-process';
import { ScriptedUpstream } from '../support/scripted-upstream';
import { until } from '../support/until';

describe('SIGHUP', () => {
  let folder: string;
  let file: string;
  let upstream: ScriptedUpstream;
  let gateway: GatewayProcess;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reload-e2e-'));
    file = join(folder, 'keys');
    upstream = await ScriptedUpstream.start();
    await writeFile(file, entry('etl', 'old key'));
    gateway = await GatewayProcess.start({ AIRBYTE_API_URL: upstream.url, API_KEYS_FILE: file });
  });

  afterEach(async () => {
    await gateway.kill('SIGTERM');
    await upstream.close();
    await rm(folder, { recursive: true });
  });

  const statusWith = async (key: string): Promise<number> => {
    const response = await fetch(`${gateway.url}/capabilities`, { headers: { 'x-api-key': key } });
    await response.arrayBuffer();
    return response.status;
  };
  const reload = async (logged: string): Promise<void> => {
    process.kill(gateway.pid, 'SIGHUP');
    await until(`the log to have: ${logged}`, () => gateway.output.includes(logged));
  };

  it('replaces the API keys by those of the file', async () => {
    expect([await statusWith('old key'), await statusWith('new key')]).toEqual([200, 401]);
    await writeFile(file, `${entry('etl', 'new key')}\n${entry('bi', 'second key')}\n`);
    await reload('API keys were read again');
    expect(await Promise.all(['old key', 'new key', 'second key'].map(statusWith))).toEqual([401, 200, 200]);
  });

  it.each([
    ['invalid', 'etl:everything:hunter2'],
    ['empty', ''],
  ])('keeps the keys if the file is %s, and logs the reason', async (_, content) => {
    await writeFile(file, content);
    await reload('API keys were not replaced');
    expect(gateway.output).toMatch(/"complaints":\["API_KEYS/);
    expect(gateway.output).not.toContain('hunter2');
    expect(await statusWith('old key')).toBe(200);
  });
});

function entry(name: string, key: string): string {
  return `${name}:ingestion:read:${createHash('sha256').update(key).digest('hex')}`;
}
