import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GatewayProcess } from '../support/gateway-process';
import { startGateway } from '../support/gateway';
import { API_KEYS, KEYS } from '../support/api-keys';
import { ScriptedUpstream } from '../support/scripted-upstream';

const run = promisify(execFile);

async function guideOf(url: string): Promise<string> {
  const response = await fetch(`${url}/`, { headers: { accept: 'text/html,*/*;q=0.8' } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  const html = await response.text();
  // The policy forbids inline code.
  expect(html).not.toMatch(/<style|<script|style=/);
  return html;
}

function commandsOf(html: string): string[] {
  return [...html.matchAll(/<pre[^>]*>([^<]*)<\/pre>/g)].map(([, text = '']) =>
    text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&'),
  );
}

/** Each command, with the status of its answer. */
function statusesOf(commands: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  return Promise.all(
    commands.map(async (command) => {
      const shell = `${command} -o /dev/null -w '%{http_code}'`;
      const { stdout } = await run('sh', ['-c', shell], { env: { PATH: process.env['PATH'], ...env } });
      return stdout;
    }),
  );
}

describe('the guide at /', () => {
  it('has three commands that work as they stand with the embedded Airbyte', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'guide-'));
    const gateway = await GatewayProcess.start({ DATA_DIR: dataDir, LOG_LEVEL: 'fatal' });
    const html = await guideOf(gateway.url);
    const commands = commandsOf(html);
    expect(await statusesOf(commands)).toEqual(['200', '200', expect.stringMatching(/^20\d$/)]);
    for (const [, link = ''] of html.matchAll(/href="\.([^"]+)"/g)) {
      const { status } = await fetch(gateway.url + link);
      expect([link, status]).toEqual([link, 200]);
    }
    await gateway.kill('SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  });

  it('has commands with a key where callers must authenticate', async () => {
    const upstream = await ScriptedUpstream.start();
    const gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, API_KEYS });
    const commands = commandsOf(await guideOf(gateway.url));
    expect(await statusesOf(commands, { KEY: KEYS.writer })).toEqual(['200', '200', '200']);
    await gateway.close();
    await upstream.close();
  });
});
