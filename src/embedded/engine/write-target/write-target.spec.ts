import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTargetOf, readsFile } from './write-target';
import { isSameHost } from './server-address';

describe('host names', () => {
  it.each([
    ['localhost', '127.0.0.1'],
    ['LOCALHOST', 'localhost.'],
    ['::1', '127.0.0.1'],
    ['[::1]', 'localhost'],
    ['127.0.0.2', '0.0.0.0'],
    ['/var/run/postgresql', 'localhost'],
    ['db.example', 'DB.Example.'],
    ['10.1.2.3', '10.1.2.3'],
    [hostname(), 'localhost'],
  ])('%s and %s are one machine', async (one, other) => {
    expect(await isSameHost(one, other)).toBe(true);
  });

  it.each([
    ['10.1.2.3', '10.1.2.4'],
    ['db-one.invalid', 'db-two.invalid'],
    ['10.1.2.3', 'localhost'],
  ])('%s and %s are two', async (one, other) => {
    expect(await isSameHost(one, other)).toBe(false);
  });
});

describe('write targets', () => {
  it('of Postgres are exact, with the defaults of the connector', () => {
    const config = { host: 'h', database: 'd', username: 'u' };
    const target = writeTargetOf('postgres', config, { name: 'T', namespace: '' }, '/');
    expect(target).toMatchObject({
      server: { host: 'h', port: 5432, database: 'd' },
      container: 'public',
      table: 'T',
    });
    expect(writeTargetOf('postgres', config, { name: 'T', namespace: 'Sales' }, '/')?.container).toBe(
      'Sales',
    );
  });

  it('of SQLite are equal if the names differ only in the case of ASCII letters', () => {
    const tableOf = (name: string): string | undefined =>
      writeTargetOf('sqlite', { destination_path: '/local/a.db' }, { name, namespace: '' }, tmpdir())?.table;
    expect(tableOf('Orders')).toBe(tableOf('orders'));
    expect(tableOf('ÄPFEL')).not.toBe(tableOf('äpfel'));
  });

  it.each([
    ['/local/in/*.csv', 'in/a.csv', true],
    ['/local/in/*.csv', 'in/b/a.csv', false],
    ['/local/**/*.csv', 'in/b/a.csv', true],
    ['/local/in/?.csv', 'in/a.csv', true],
    ['/local/in/[ab].csv', 'in/a.csv', true],
    ['/local/in/[ab].csv', 'in/c.csv', false],
    ['/local/**', 'in/b/a.csv', true],
    ['/local/IN/*.CSV', 'in/a.csv', true],
    ['/local/in/{a,b}*.csv', 'in/a.csv', false],
    ['/local/in/a.csv', 'in/a.csv', true],
    ['/local/in/a.b', 'in/a-b', false],
    ['file:///local/in/a.csv', 'in/a.csv', true],
  ])('the source %s reads %s: %s', (url, file, expected) => {
    const root = mkdtempSync(join(tmpdir(), 'targets-'));
    expect(readsFile({ url }, join(root, file), root)).toBe(expected);
    rmSync(root, { recursive: true });
  });
});
