import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { configured, ConnectorFolder, script } from '../../../test/kill/connector-kit';

let folder: ConnectorFolder;

beforeEach(() => {
  folder = new ConnectorFolder();
});

afterEach(() => {
  folder.remove();
});

/** Writes to a stream, its records spelt as JSON where that matters. */
function write(
  name: string,
  mode: string,
  records: readonly (object | string)[],
  more: object = {},
): ReturnType<ConnectorFolder['run']> {
  const config = folder.file('config.json', { destination_path: '/local/out.sqlite' });
  const catalog = folder.file('catalog.json', { streams: [configured(name, 'incremental', mode, more)] });
  const lines = records.map((data) => (typeof data === 'string' ? data : JSON.stringify(data)));
  const input = lines.map(
    (data) => `{"type":"RECORD","record":{"stream":${JSON.stringify(name)},"data":${data},"emitted_at":1}}\n`,
  );
  const args = ['write', '--config', config, '--catalog', catalog];
  return folder.run('destination-sqlite', args, input.join('') + script(name, [], true));
}

function query(sql: string): unknown[] {
  const db = new DatabaseSync(join(folder.path, 'local/out.sqlite'));
  const found: unknown[] = db.prepare(sql).all();
  db.close();
  return found.map((row) => ({ ...(row as object) }));
}

const KEY = { primary_key: [['id']], cursor_field: ['v'] };
const IDS = 'SELECT "id", "v" FROM "s" ORDER BY 1, 2';

describe('a stream in SQLite', () => {
  it('that was appended can be deduplicated, and be appended again', () => {
    write('s', 'append', [
      { id: 1, v: 2 },
      { id: 1, v: 5 },
      { id: 1, v: 3 },
      { id: 2, v: 1 },
    ]);
    expect(write('s', 'append_dedup', [{ id: 2, v: 7 }], KEY).status).toBe(0);
    expect(query(IDS)).toEqual([
      { id: 1, v: 5 },
      { id: 2, v: 7 },
    ]);
    expect(write('s', 'append', [{ id: 2, v: 7 }]).status).toBe(0);
    expect(query(IDS)).toHaveLength(3);
  });

  it('keeps the later of two instants of which one has a fraction', () => {
    const stream = {
      name: 's',
      json_schema: { properties: { id: {}, v: { type: ['null', 'string'], format: 'date-time' } } },
      supported_sync_modes: ['incremental'],
    };
    write(
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

  it('can be given another key', () => {
    write(
      's',
      'append_dedup',
      [
        { id: 1, v: 1 },
        { id: 2, v: 1 },
      ],
      KEY,
    );
    expect(write('s', 'append_dedup', [{ id: 3, v: 1 }], { primary_key: [['v']] }).status).toBe(0);
    expect(query(IDS)).toEqual([{ id: 3, v: 1 }]);
  });

  it('takes records without a key for one, however often they come', () => {
    for (const data of [{ v: 1 }, { id: null, v: 2 }, { v: 3 }]) write('s', 'append_dedup', [data], KEY);
    expect(query('SELECT "v" FROM "s"')).toEqual([{ v: 3 }]);
  });

  it.each(['s_new', 's_key'])('is not touched by the overwriting of %s', (other) => {
    write('s', 'append_dedup', [{ id: 1, v: 1 }], KEY);
    write(other, 'append', [{ id: 2, v: 2 }]);
    expect(write('s', 'overwrite', [{ id: 3, v: 3 }]).status).toBe(0);
    expect(write('s', 'append_dedup', [{ id: 4, v: 4 }], KEY).status).toBe(0);
    expect(query(`SELECT "id" FROM "${other}"`)).toEqual([{ id: 2 }]);
    expect(query('SELECT "id" FROM "s" ORDER BY 1')).toEqual([{ id: 3 }, { id: 4 }]);
  });

  it('is refused next to one whose name differs in case only', () => {
    const config = folder.file('config.json', { destination_path: '/local/out.sqlite' });
    const streams = ['Users', 'users'].map((name) => configured(name, 'full_refresh', 'overwrite'));
    const args = ['write', '--config', config, '--catalog', folder.file('catalog.json', { streams })];
    expect(folder.run('destination-sqlite', args).messages.at(-1)).toMatchObject({
      trace: { error: { failure_type: 'config_error' } },
    });
  });

  it('is replaced although somebody has a view of it', () => {
    write('s', 'overwrite', [{ id: 1, v: 1 }]);
    const db = new DatabaseSync(join(folder.path, 'local/out.sqlite'));
    db.exec('CREATE VIEW "mine" AS SELECT COUNT(*) AS "rows" FROM "_airbyte_raw_s"');
    db.close();
    expect(
      write('s', 'overwrite', [
        { id: 1, v: 1 },
        { id: 2, v: 2 },
      ]).status,
    ).toBe(0);
    expect(query('SELECT * FROM "mine"')).toEqual([{ rows: 2 }]);
  });

  it('shows no number rounded and no column missed, whatever its name', () => {
    const numbers = [
      '9007199254740993',
      '12345678901234567890',
      '1234567890123456789012345678901234567890.5',
      '-0.10',
      '0.30000000000000004',
      '1.2345678901234567e-300',
    ];
    write(
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
    write('t', 'overwrite', [Object.fromEntries(names.map((name, index) => [name, `v${index}`]))], {
      stream,
    });
    expect(query('SELECT * FROM "t"').map((row) => Object.values(row as Record<string, unknown>))).toEqual([
      names.map((_name, index) => `v${index}`),
    ]);
  });
});
