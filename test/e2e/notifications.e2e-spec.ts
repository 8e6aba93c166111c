import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { json, ScriptedUpstream } from '../support/scripted-upstream';
import { WORKSPACE_ID } from '../support/upstream-state';

const PROGRAM = join(__dirname, '..', '..', 'dist', 'notifications', 'main.js');
const TOKEN = 'a0b1c2d3e4f5a0b1c2d3e4f5';
const GATEWAY = 'http://ingestion-api:3000';
const SLACK = 'https://hooks.slack.example/services/T0/B0';
const OWN = { enabled: true, url: `${GATEWAY}/hooks/airbyte/${TOKEN}` };

interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

describe('npm run notifications', () => {
  let upstream: ScriptedUpstream;
  /** Settings of the workspace, as Airbyte merges them: by kind. */
  let notifications: Record<string, object>;
  let changes: unknown[];

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
  });
  beforeEach(() => {
    changes = [];
    notifications = {
      failure: { email: { enabled: true }, webhook: { enabled: true, url: SLACK } },
      success: { webhook: { enabled: false, url: SLACK } },
      syncDisabledWarning: { webhook: { enabled: true, url: SLACK } },
    };
    const workspace = (): object => ({
      workspaceId: WORKSPACE_ID,
      name: 'Default Workspace',
      dataResidency: 'auto',
      notifications,
    });
    upstream.on('GET /workspaces', () => json(200, { data: [workspace()] }));
    upstream.on('PATCH /workspaces/:id', ({ body }) => {
      changes.push(body);
      const { notifications: changed } = body as { notifications: Record<string, object> };
      for (const [kind, one] of Object.entries(changed))
        notifications[kind] = { ...notifications[kind], ...one };
      return json(200, workspace());
    });
  });
  afterEach(() => {
    upstream.clear();
  });
  afterAll(() => upstream.close());

  function run(args: readonly string[], settings: Record<string, string> = {}): Promise<Output> {
    const env = {
      PATH: process.env['PATH'],
      AIRBYTE_API_URL: upstream.url,
      AIRBYTE_NOTIFICATION_TOKEN: TOKEN,
      ...settings,
    };
    return promisify(execFile)(process.execPath, [PROGRAM, ...args], { env });
  }

  it('shows which URLs would be replaced, without the token, and changes nothing', async () => {
    const { stdout } = await run([GATEWAY]);
    expect(stdout.split('\n').map((line) => line.replace(/ +/g, ' ').trim())).toEqual([
      `Workspace Default Workspace (${WORKSPACE_ID})`,
      'success not sent now',
      `failure replaces ${SLACK}`,
      'connectionUpdate not sent now',
      'connectionUpdateActionRequired not sent now',
      'syncDisabled not sent now',
      'Nothing was changed. Add --apply to send these notifications to the gateway.',
      '',
    ]);
    expect(stdout).not.toContain(TOKEN);
    expect(changes).toEqual([]);
  });

  it('configures the URL of the gateway with --apply, and has nothing to do a second time', async () => {
    const { stdout } = await run([`${GATEWAY}/`, '--apply']);
    expect(stdout).toContain('Airbyte now notifies the gateway.');
    expect(notifications).toEqual({
      failure: { email: { enabled: true }, webhook: OWN },
      success: { webhook: OWN },
      connectionUpdate: { webhook: OWN },
      connectionUpdateActionRequired: { webhook: OWN },
      syncDisabled: { webhook: OWN },
      syncDisabledWarning: { webhook: { enabled: true, url: SLACK } },
    });
    const again = await run([GATEWAY, '--apply']);
    expect(again.stdout).not.toContain('replaces');
    expect(changes).toHaveLength(1);
  });

  it.each([
    [[], {}, /URL of the gateway/],
    [['ftp://gateway'], {}, /URL of the gateway/],
    [[GATEWAY], { AIRBYTE_NOTIFICATION_TOKEN: '' }, /AIRBYTE_NOTIFICATION_TOKEN/],
    [[GATEWAY], { AIRBYTE_NOTIFICATION_TOKEN: 'short' }, /24 to 128/],
    [[GATEWAY], { AIRBYTE_API_URL: '' }, /embedded Airbyte/],
  ])('fails with the reason for %p and %p', async (args, settings, reason) => {
    await expect(run(args, settings)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(reason) as string,
    });
    expect(changes).toEqual([]);
  });
});
