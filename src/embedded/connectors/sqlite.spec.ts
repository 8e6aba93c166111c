import { DatabaseSync } from '@photostructure/sqlite';
import { parseConfiguredCatalog } from '../protocol/messages';
import { configured } from '../../../test/embedded/connector-kit';
import { SqliteOutput } from '../../../test/embedded/sqlite-kit';

let output: SqliteOutput;

beforeEach(() => {
  output = new SqliteOutput();
});

afterEach(() => {
  output.folder.remove();
});

const write: SqliteOutput['write'] = (...args) => output.write(...args);

function query(sql: string): unknown[] {
  const db = new DatabaseSync(output.file);
  const found: unknown[] = db.prepare(sql).all();
  db.close();
  return found.map((row) => ({ ...(row as object) }));
}

const KEY = { primary_key: [['id']], cursor_field: ['v'] };
const IDS = 'SELECT "id", "v" FROM "s" ORDER BY 1, 2';

describe('a stream in SQLite', () => {
  it('can be deduplicated after it was appended, and appended again', async () => {
    await write('s', 'append', [
      { id: 1, v: 2 },
      { id: 1, v: 5 },
      { id: 1, v: 3 },
      { id: 2, v: 1 },
    ]);
    expect(await write('s', 'append_dedup', [{ id: 2, v: 7 }], KEY)).toBeNull();
    expect(query(IDS)).toEqual([
      { id: 1, v: 5 },
      { id: 2, v: 7 },
    ]);
    expect(await write('s', 'append', [{ id: 2, v: 7 }])).toBeNull();
    expect(query(IDS)).toHaveLength(3);
  });

  it('keeps the later of two instants if only one has a fraction', async () => {
    const stream = {
      name: 's',
      json_schema: { properties: { id: {}, v: { type: ['null', 'string'], format: 'date-time' } } },
      supported_sync_modes: ['incremental'],
    };
    await write(
      's',
      'append_dedup',
      [
        { id: 1, v: '2026-01-01T00:00:00.5Z' },
        { id: 1, v: '2026-01-01T00:00:00Z' },
      ],
      { ...KEY, stream },
    );
    expect(query(IDS)).toEqual([{ id: 1, v: '2026-01-01T00:00:00.5Z' }]);
  });

  it('can get another key', async () => {
    await write(
      's',
      'append_dedup',
      [
        { id: 1, v: 1 },
        { id: 2, v: 1 },
      ],
      KEY,
    );
    expect(await write('s', 'append_dedup', [{ id: 3, v: 1 }], { primary_key: [['v']] })).toBeNull();
    expect(query(IDS)).toEqual([{ id: 3, v: 1 }]);
  });

  it('accepts null as a key, and refuses a record without its key', async () => {
    for (const data of [
      { id: null, v: 1 },
      { id: null, v: 2 },
    ])
      await write('s', 'append_dedup', [data], KEY);
    expect(query('SELECT "v" FROM "s"')).toEqual([{ v: 2 }]);
    const refused = await write('s', 'append_dedup', [{ id: 1, v: 3 }, { v: 4 }], KEY);
    expect(refused).toEqual({
      type: 'config_error',
      message:
        'Stream s, record 2 of this run: it has no member "id", which is part of the primary key. Send the key with every record, or choose a sync mode without deduplication.',
    });
    expect(query('SELECT "v" FROM "s"')).toEqual([{ v: 2 }]);
  });

  it.each(['s_new', 's_key'])('is not touched by the overwriting of %s', async (other) => {
    await write('s', 'append_dedup', [{ id: 1, v: 1 }], KEY);
    await write(other, 'append', [{ id: 2, v: 2 }]);
    expect(await write('s', 'overwrite', [{ id: 3, v: 3 }])).toBeNull();
    expect(await write('s', 'append_dedup', [{ id: 4, v: 4 }], KEY)).toBeNull();
    expect(query(`SELECT "id" FROM "${other}"`)).toEqual([{ id: 2 }]);
    expect(query('SELECT "id" FROM "s" ORDER BY 1')).toEqual([{ id: 3 }, { id: 4 }]);
  });

  it('is refused beside a stream whose name differs only in case', async () => {
    const streams = ['Users', 'users'].map((name) => configured(name, 'full_refresh', 'overwrite'));
    expect(await output.run(parseConfiguredCatalog({ streams }), '')).toMatchObject({ type: 'config_error' });
  });

  it('is replaced although a view of a user reads it', async () => {
    await write('s', 'overwrite', [{ id: 1, v: 1 }]);
    output.exec('CREATE VIEW "mine" AS SELECT COUNT(*) AS "rows" FROM "_airbyte_raw_s"');
    expect(
      await write('s', 'overwrite', [
        { id: 1, v: 1 },
        { id: 2, v: 2 },
      ]),
    ).toBeNull();
    expect(query('SELECT * FROM "mine"')).toEqual([{ rows: 2 }]);
  });

  it('shows every digit and every column with any name', async () => {
    const numbers = [
      '9007199254740993',
      '12345678901234567890',
      '1234567890123456789012345678901234567890.5',
      '-0.10',
      '0.30000000000000004',
      '1.234567890123456e-300',
    ];
    await write(
      's',
      'overwrite',
      numbers.map((text) => `{"id":${text},"v":"x"}`),
    );
    expect(query('SELECT CAST("id" AS TEXT) AS "id", typeof("id") AS "type" FROM "s"')).toEqual([
      { id: '9007199254740993', type: 'integer' },
      { id: '12345678901234567890', type: 'text' },
      { id: '1234567890123456789012345678901234567890.5', type: 'text' },
      { id: '-0.1', type: 'real' },
      { id: expect.stringMatching(/^0\.3/), type: 'real' },
      { id: expect.stringMatching(/e-300$/), type: 'real' },
    ]);
    const names = ['a"b', 'a\\b', "a'b", 'select', 'é', ''];
    const properties = Object.fromEntries(names.map((name) => [name, { type: ['null', 'string'] }]));
    const stream = {
      name: 't',
      json_schema: { type: 'object', properties },
      supported_sync_modes: ['full_refresh'],
    };
    await write('t', 'overwrite', [Object.fromEntries(names.map((name, index) => [name, `v${index}`]))], {
      stream,
    });
    expect(query('SELECT * FROM "t"').map((row) => Object.values(row as Record<string, unknown>))).toEqual([
      names.map((_name, index) => `v${index}`),
    ]);
  });
});
