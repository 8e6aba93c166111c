import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { DatabaseSync } from '@photostructure/sqlite';
import { connect } from '../../src/demo/connect/connect';
import { startGateway, type TestGateway } from '../support/gateway';

describe('npm run connect', () => {
  const folder = mkdtempSync(join(tmpdir(), 'connect-'));
  const local = join(folder, 'data', 'local');
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway({ DATA_DIR: join(folder, 'data') });
    writeFileSync(
      join(local, "o'hara.csv"),
      Buffer.from('id;full name;paid on\n1;J\xf6rg;2026-01-31\n2;Zo\xeb;\n', 'latin1'),
    );
  });
  afterAll(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true });
  });

  async function run(args: readonly string[], input: Readable | null = null): Promise<string> {
    const shown: string[] = [];
    await connect(['--url', gateway.url, ...args], { input, write: (text) => void shown.push(text) });
    return shown.join('');
  }
  const rowsOf = (file: string, table: string): unknown[] => {
    const db = new DatabaseSync(join(local, file));
    try {
      return db.prepare(`SELECT * FROM "${table}"`).all();
    } finally {
      db.close();
    }
  };

  it('loads the sample file without a terminal, and shows the commands', async () => {
    const shown = await run([]);
    expect(shown).toContain('5000 rows were loaded.');
    expect(shown).toContain(`curl -s ${gateway.url}/sources -H 'content-type: application/json' -d '{`);
    expect(shown).toMatch(/curl -s -X POST \S+\/ingestion\/[\w-]+\/runs\n$/);
    expect(shown).not.toContain('?');
    expect(rowsOf('my.db', 'orders')).toHaveLength(5000);
  });

  it('asks in a terminal, takes a default for an empty line, and asks again after an invalid answer', async () => {
    const input = new PassThrough();
    const lines = [
      'fiel',
      '',
      "/local/o'hara.csv",
      '',
      'people',
      '{"sep": ";", "encoding": "latin-1"}',
      '',
      '',
      '/local/asked.db',
      '0 2 * * *',
      'Nightly people',
      '',
    ];
    input.end(lines.map((line) => `${line}\n`).join(''));
    const shown = await run([], input);
    expect(shown).toContain('Answer one of file, postgres.');
    expect(shown).toContain('Name of the ingestion [people to asked.db]: ');
    expect(shown).toContain("o'\\''hara.csv");
    expect(shown).toContain('2 rows were loaded.');
    expect(rowsOf('asked.db', 'people')).toMatchObject([
      { id: 1, 'full name': 'Jörg', 'paid on': '2026-01-31' },
      { id: 2, 'full name': 'Zoë', 'paid on': null },
    ]);
    const { body } = await gateway.api.get('/ingestion').expect(200);
    expect(JSON.stringify(body)).toContain('Nightly people');
  });

  it('asks again after a failed check, with the earlier answers as defaults', async () => {
    const input = new PassThrough();
    const [wrong, right] = ['not-the-/local/folder.db', '/local/corrected.db'];
    const lines = [
      ...['', "/local/o'hara.csv", '', 'people', '', ''],
      // The options are missing. The other answers are kept.
      ...['', '', '', '', '{"sep": ";", "encoding": "latin-1"}', ''],
      ...['', wrong, '', right],
      ...['61 * * * *', 'manual', 'Corrected', ''],
    ];
    input.end(lines.map((line) => `${line}\n`).join(''));
    const shown = await run([], input);
    expect(shown).toMatch(/The check of the source failed: .*set \{"sep":";"\} in reader_options/);
    expect(shown).toContain(
      "File, as connectors see it: /local is the folder data/local of the gateway [/local/o'hara.csv]",
    );
    expect(shown).toMatch(/The check of the destination failed: .*must begin with \/local\//);
    expect(shown).toMatch(/The schedule failed: .*61/);
    expect(shown).toContain('2 rows were loaded.');
    expect(rowsOf('corrected.db', 'people')).toHaveLength(2);
  });

  it('asks again for an option that failed', async () => {
    const input = new PassThrough();
    const right = '{"sep": ";", "encoding": "latin-1"}';
    const lines = ['', '', '', '', right, '', '', '/local/option.db', '', '', ''];
    input.end(lines.map((line) => `${line}\n`).join(''));
    const options = ['--reader-options', '{"sep": "|"}', '--types', 'yes'];
    const file = ['--source', 'file', '--file', "/local/o'hara.csv", '--format', 'csv', '--table', 'people'];
    const shown = await run([...file, ...options], input);
    expect(shown).toContain('The check of the source failed');
    expect(shown).toContain('[{"sep": "|"}]: ');
    expect(rowsOf('option.db', 'people')).toHaveLength(2);
  });

  it('creates nothing if its input ends early', async () => {
    const before = (await gateway.api.get('/sources')).body as { data: object[] };
    const input = new PassThrough();
    input.end('\n\n');
    await expect(run([], input)).rejects.toThrow('The program was interrupted. Nothing was created.');
    expect((await gateway.api.get('/sources')).body).toMatchObject({ data: before.data });
  });

  it('names what was created if it ends before the ingestion is there', async () => {
    // The check reads the first thousand rows. Discovery reads all, for their types.
    const rows = Buffer.from(`id\n${'1\n'.repeat(2000)}J\xf6rg\n`, 'latin1');
    writeFileSync(join(local, 'late.csv'), rows);
    const failed = run(['--file', '/local/late.csv']);
    await expect(failed).rejects.toThrow(
      /not UTF-8[^]*These commands delete what was created:\ncurl -s -X DELETE \S+\/destinations\/[\w-]+\ncurl -s -X DELETE \S+\/sources\/[\w-]+$/,
    );
  });

  it('creates nothing if a check fails, and has the reason', async () => {
    const before = (await gateway.api.get('/sources')).body as { data: object[] };
    await expect(run(['--file', "/local/o'hara.csv"])).rejects.toThrow('set {"sep":";"} in reader_options');
    expect((await gateway.api.get('/sources')).body).toMatchObject({ data: before.data });
  });

  it('shows no password', async () => {
    const args = ['--file', '/local/samples/orders.csv', '--destination', 'postgres'];
    const database = ['--destination-port', '1', '--destination-password', 'a-secret-word'];
    const failed = run([...args, ...database]);
    await expect(failed).rejects.toThrow('The check of the destination failed');
    await expect(failed).rejects.not.toThrow('a-secret-word');
  });

  it('refuses an option that does not exist or has no such value', async () => {
    await expect(run(['--fiel', 'a'])).rejects.toThrow('fiel');
    await expect(run(['--source', 'excel'])).rejects.toThrow('--source must be one of file, postgres.');
  });
});
