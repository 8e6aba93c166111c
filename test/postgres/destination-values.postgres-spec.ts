import type { JsonObject } from '../../src/embedded/platform/json';
import type { ConnectorRun } from './connector-run';
import { ID_AND_TEXT, refused, sql, useServer, written } from './destination-kit';

useServer();

describe('a value', () => {
  it.each([
    ['{"type":"integer"}', '"00420"', 'the value is a text, but the column holds numbers'],
    ['{"type":"boolean"}', '"off"', 'the value is a text, but the column holds booleans'],
    ['{"type":"string"}', '1.0', 'the value is a number, but the column holds text'],
    ['{"type":"string","format":"date"}', '"yesterday"', 'the text is not a valid value'],
    ['{"type":"string","format":"date"}', '"2026-02-30"', 'date/time field value out of range'],
    [
      '{"type":"string","format":"date-time"}',
      '"2026-02-28T00:00:00.1234567Z"',
      'digits below a microsecond',
    ],
    ['{"type":"string"}', '"a\\u0000b"', 'NUL character'],
    ['{"type":"string"}', '"\\ud800"', 'half of a surrogate pair'],
    ['{}', '{"a":"\\u0000"}', 'unsupported Unicode escape sequence'],
    ['{}', '{"a":1,"a":2}', 'contains a member twice'],
    ['{"type":"number"}', '1e200000', 'value overflows numeric format'],
  ])('for %s that is %s fails the sync with its record and column', async (schema, value, reason) => {
    const properties: JsonObject = { v: JSON.parse(schema) as unknown };
    const message = await refused('append', 'odd', ['{"v":null}', `{"v":${value}}`], { properties });
    expect(message).toContain('Stream odd, record 2, column v: ');
    expect(message).toContain(reason);
    expect(sql('SELECT COUNT(*) FROM "odd"')).toBe('0');
  });

  it('is stored unchanged', async () => {
    const record = String.raw`{"n":-0.10,"big":1e400,"t":"a\tb\\N\\.\n\ud83d\ude00 é","at":"2026-02-28T01:02:03.5+02:00","j":{"x":[1.10,null,"\u00e9"]},"nan":"NaN"}`;
    await written('append', 'odd', [record], {
      properties: {
        n: { type: 'number' },
        big: { type: 'number' },
        nan: { type: 'number' },
        t: { type: 'string' },
        at: { type: 'string', format: 'date-time' },
        j: { type: 'object' },
      },
    });
    expect(
      sql(
        `SELECT "n", "big" = '1e400'::numeric, "nan", "t" = E'a\\tb\\\\N\\\\.\\n😀 é', "at" = '2026-02-27 23:02:03.5+00', "j" FROM "odd"`,
      ),
    ).toBe('-0.10|t|NaN|t|t|{"x": [1.10, null, "é"]}');
  });

  it('of a member that is not in the schema gets a jsonb column, in any record', async () => {
    for (const mode of ['append', 'overwrite', 'append_dedup'] as const) {
      await written(mode, mode, ['{"id":1}', '{"id":2,"x":{"a":1}}', '{"id":3,"y":[1],"x":"t"}'], {
        key: ['id'],
      });
      expect(sql(`SELECT "id", "x", "y" FROM "${mode}" ORDER BY 1`)).toBe('1||\n2|{"a": 1}|\n3|"t"|[1]');
    }
  });
});

describe('a column whose type changes', () => {
  it('is widened if no value is lost', async () => {
    await written('append', 'grown', ['{"id":7}']);
    await written('append', 'grown', ['{"id":"00420"}'], { properties: { id: { type: 'string' } } });
    expect(sql('SELECT "id" FROM "grown"')).toBe('7\n00420');
    await written('append', 'grown', ['{"id":8}'], { properties: { id: {} } });
    expect(sql('SELECT "id" FROM "grown"')).toBe('"7"\n"00420"\n8');
  });

  it('is refused if existing rows would have to be converted', async () => {
    await written('append', 'shrunk', ['{"id":"a"}'], { properties: { id: { type: 'string' } } });
    expect(await refused('append', 'shrunk', ['{"id":1}'])).toMatch(
      /column id .* has the type text, but .* numeric/,
    );
  });
});

describe('a deduplicated stream', () => {
  const dedup = (records: readonly string[], cursorType: JsonObject): Promise<ConnectorRun> =>
    written('append_dedup', 'items', records, {
      properties: { ...ID_AND_TEXT, c: cursorType },
      key: ['id'],
      cursor: 'c',
    });
  const found = (): string => sql('SELECT "v" FROM "items" ORDER BY "id"');

  it('keeps the later record if only the source knows the order of the cursor', async () => {
    await dedup(['{"id":1,"c":"9","v":"old"}'], { type: 'string' });
    await dedup(['{"id":1,"c":"10","v":"newer"}', '{"id":1,"c":"B","v":"newest"}'], { type: 'string' });
    expect(found()).toBe('newest');
  });

  it('keeps the greater number or instant, within a batch and across syncs', async () => {
    await dedup(['{"id":1,"c":10,"v":"new"}', '{"id":1,"c":9,"v":"late"}'], { type: 'integer' });
    await dedup(['{"id":1,"c":9.5,"v":"late"}', '{"id":2,"c":null,"v":"null"}'], { type: 'integer' });
    expect(found()).toBe('new\nnull');
    await dedup(['{"id":1.0,"c":10.0,"v":"same"}', '{"id":2,"c":1,"v":"set"}'], { type: 'integer' });
    expect(found()).toBe('same\nset');
  });

  it('keeps the later record if one of the cursors is null', async () => {
    await dedup(['{"id":1,"c":5,"v":"five"}', '{"id":1,"c":null,"v":"null"}', '{"id":1,"c":3,"v":"three"}'], {
      type: 'integer',
    });
    expect(found()).toBe('three');
    await dedup(['{"id":1,"c":2,"v":"two"}', '{"id":2,"c":7,"v":"seven"}'], { type: 'integer' });
    await dedup(['{"id":2,"v":"none"}'], { type: 'integer' });
    expect(found()).toBe('three\nnone');
  });

  it('are refused as keys in a column with a nondeterministic collation', async () => {
    const sync = { properties: { id: { type: 'string' } }, key: ['id'] };
    await written('append_dedup', 'items', ['{"id":"A"}'], sync);
    sql(
      `CREATE COLLATION ignore_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
       ALTER TABLE items ALTER COLUMN id TYPE text COLLATE ignore_case`,
    );
    const message = await refused('append_dedup', 'items', ['{"id":"a"}'], sync);
    expect(message).toMatch(/column id of table .* is part of the key, and its collation ignore_case is not/);
    expect(sql('SELECT id FROM items')).toBe('A');
    sql(message.slice(message.indexOf('ALTER TABLE')));
    await written('append_dedup', 'items', ['{"id":"a"}'], sync);
    expect(sql('SELECT count(*) FROM items')).toBe('2');
  });

  it('refuses a record without a member of its key', async () => {
    expect(await refused('append_dedup', 'items', ['{"id":1}', '{"v":"a"}'], { key: ['id'] })).toMatch(
      /record 2, column id: the record does not contain this member, which is part of the key/,
    );
  });

  it('stores each key of several columns once, with any characters in names and values', async () => {
    const properties = { 'a"b': { type: 'string' }, x: { type: 'string' } };
    const records = [
      '{"a\\"b":"1,","x":"2"}',
      '{"a\\"b":"1","x":",2"}',
      '{"a\\"b":"1","x":",2"}',
      '{"a\\"b":null,"x":"2"}',
      '{"a\\"b":null,"x":"2"}',
    ];
    await written('append_dedup', 'keys', records, { properties, key: ['a"b', 'x'] });
    expect(sql('SELECT COUNT(*) FROM "keys"')).toBe('3');
  });
});

describe('names', () => {
  it.each(['', 'ctid', 'xmin', 'a\u0000b', '\ud800', '_airbyte_extracted_at', 'é'.repeat(32)])(
    'of columns that Postgres cannot have are refused before a table is made: %j',
    async (name) => {
      expect(await refused('append', 'odd', [], { properties: { [name]: {} } })).toMatch(
        /Stream odd: the column /,
      );
      expect(sql(`SELECT COUNT(*) FROM pg_tables WHERE tablename = 'odd'`)).toBe('0');
      expect(await refused('append', 'odd', [`{${JSON.stringify(name)}:1}`])).toMatch(
        /Stream odd: the column /,
      );
    },
  );

  it('are refused before the first change if there are too many', async () => {
    const properties = Object.fromEntries(Array.from({ length: 1600 }, (_, index) => [`c${index}`, {}]));
    expect(await refused('append', 'wide', [], { properties })).toMatch(/has 1600 columns/);
  });

  it('may be words of SQL and of this connector', async () => {
    const record =
      '{"id":1,"select":2,"_airbyte_order":3,"seq":4,"c1":5,"old":6,"excluded":7,"a\'\\\\\\"b":8}';
    for (let run = 0; run < 2; run++) await written('append_dedup', 'table', [record], { key: ['id'] });
    expect(
      sql(`SELECT "select", "_airbyte_order", "seq", "c1", "old", "excluded", "a'\\""b" FROM "table"`),
    ).toBe('2|3|4|5|6|7|8');
  });
});
