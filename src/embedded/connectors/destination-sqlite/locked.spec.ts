import { DatabaseSync } from '@photostructure/sqlite';
import { SqliteOutput } from '../../../../test/embedded/sqlite-kit';

it('the check of a locked SQLite file fails soon, with the reason and the fix', async () => {
  const output = new SqliteOutput();
  expect(await output.write('s', 'append', ['{"a":1}'])).toBeNull();
  const other = new DatabaseSync(output.file);
  other.exec('BEGIN EXCLUSIVE');
  try {
    expect(await output.check('/local/out.sqlite')).toBe(
      'Cannot write /local/out.sqlite: a running sync or another program has locked it for more than 2 seconds. Wait until it ends, or close that program.',
    );
  } finally {
    other.close();
  }
  expect(await output.check('/local/out.sqlite')).toBeNull();
  output.folder.remove();
});
