import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startGateway, type TestGateway } from '../../support/gateway';
import { BUILD } from '../program';

const run = promisify(execFile);
const TERMINAL = join(__dirname, 'programs', 'terminal.py');
const CONNECT = join(BUILD, 'demo/connect/main.js');
const [ENTER, BACKSPACE, UP, CTRL_C, CTRL_D] = ['\r', '\x7f', '\x1b[A', '\x03', '\x04'];
const FILE = ['--file=/local/samples/orders.csv', '--format=csv', '--table=orders', '--types=no'];
const SOURCE = ['--source=file', ...FILE, '--reader-options='];

/** A text to wait for, and the keys to type then. */
type Step = [text: string, keys: string];

describe('npm run connect in a terminal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'terminal-'));
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway({ DATA_DIR: join(folder, 'data') });
  });
  afterAll(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true });
  });

  async function inTerminal(
    args: readonly string[],
    steps: readonly Step[],
  ): Promise<{ status: number; shown: string }> {
    const command = [process.execPath, CONNECT, '--url', gateway.url, ...args];
    const { stdout } = await run('python3', [TERMINAL, JSON.stringify(steps), ...command]);
    return JSON.parse(stdout) as { status: number; shown: string };
  }

  async function idsOf(kind: string): Promise<unknown> {
    const { body } = await gateway.api.get(`/${kind}`).expect(200);
    return (body as { data: unknown }).data;
  }

  it('shows no password, also by the arrow keys, and asks again after a failed check', async () => {
    const { status, shown } = await inTerminal(SOURCE, [
      ['Where do you want to load it?', `postgresq${BACKSPACE}${ENTER}`],
      ['Postgres: host [127.0.0.1]: ', ENTER],
      ['Postgres: port [5432]: ', `1${ENTER}`],
      ['Postgres: database [postgres]: ', ENTER],
      ['Postgres: username [postgres]: ', ENTER],
      ['Postgres: password: ', `a-secret-wordx${BACKSPACE}${ENTER}`],
      ['Schema [public]: ', `${UP}${ENTER}`],
      ['The check of the destination failed: ', ''],
      ['Where do you want to load it? (sqlite, postgres, local-json) [postgres]: ', `${UP}${ENTER}`],
      ['Postgres: host [127.0.0.1]: ', ENTER],
      ['Postgres: port [1]: ', ENTER],
      ['Postgres: database [postgres]: ', ENTER],
      ['Postgres: username [postgres]: ', ENTER],
      ['Postgres: password […]: ', ENTER],
      ['Schema [public]: ', ENTER],
      ['The check of the destination failed: ', ''],
      ['[postgres]: ', `sqlite${ENTER}`],
      ['Database file [/local/my.db]: ', `/local/terminal.db${ENTER}`],
      ['When?', ENTER],
      ['Name of the ingestion [orders to terminal.db]: ', ENTER],
      ['Load it now? (yes, no) [yes]: ', ENTER],
    ]);
    expect(shown).toContain('5000 rows were loaded.');
    expect(shown).toContain('The same with curl:');
    expect(shown).not.toContain('secret');
    expect(status).toBe(0);
  });

  it.each([
    ['Ctrl-C', CTRL_C],
    ['Ctrl-D', CTRL_D],
  ])('ends with %s and creates nothing', async (_name, key) => {
    const before = await idsOf('sources');
    const { status, shown } = await inTerminal(SOURCE, [['Where do you want to load it?', key]]);
    expect(shown).toMatch(/The program was interrupted\. Nothing was created\.\s*$/);
    expect(status).toBe(130);
    expect(await idsOf('sources')).toEqual(before);
  });

  it('ends with Ctrl-C and names what was created', async () => {
    const args = [
      ...SOURCE,
      '--destination=sqlite',
      '--path=/local/ended.db',
      '--schedule=manual',
      '--name=Ended',
    ];
    const { status, shown } = await inTerminal(args, [['Load it now?', CTRL_C]]);
    expect(shown).toMatch(
      /The program was interrupted\.\r\nThese commands delete what was created:\r\ncurl -s -X DELETE \S+\/ingestion\/[\w-]+\r\ncurl -s -X DELETE \S+\/destinations\/[\w-]+\r\ncurl -s -X DELETE \S+\/sources\/[\w-]+\r\n$/,
    );
    expect(status).toBe(130);
  });
});
