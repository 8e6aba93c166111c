import { SqliteOutput, streamWith } from '../../../../test/embedded/sqlite-kit';

let output: SqliteOutput;

beforeEach(() => {
  output = new SqliteOutput();
});

afterEach(() => {
  output.folder.remove();
});

/** The rows of the view with their ordered columns. */
function shown(): unknown[][] {
  return output.query('SELECT * FROM "s"').map((row) => Object.values(row));
}

function columns(): string[] {
  return Object.keys(output.query('SELECT * FROM "s"')[0] ?? {});
}

async function write(
  records: readonly string[],
  names: readonly string[],
  mode = 'overwrite',
): Promise<void> {
  const properties = Object.fromEntries(names.map((name) => [name, {}]));
  expect(await output.write('s', mode, records, streamWith('s', properties))).toBeNull();
}

describe('the view of a stream in SQLite', () => {
  it.each([
    ['1e400', '1e400'],
    ['-1e400', '-1e400'],
    ['12345678901234567890e0', '12345678901234567890e0'],
    ['9007199254740993.5', '9007199254740993.5'],
    ['1234567890.12345678901e1', '1234567890.12345678901e1'],
    ['99999999999999.9999', '99999999999999.9999'],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
    ['9223372036854775808', '9223372036854775808'],
    ['1E-7', 1e-7],
    ['0.1', 0.1],
    ['1e-400', '1e-400'],
    ['5e-324', 5e-324],
    ['-1.5e-20', -1.5e-20],
    ['-0', 0n],
    ['true', 1n],
    ['false', 0n],
    ['null', null],
    ['{"b": [1, 1.50]}', '{"b": [1, 1.50]}'],
    ['"\\u0041\\/"', 'A/'],
    ['"x\\u0000y"', '"x\\u0000y"'],
    ['"\\ud800"', '"\\ud800"'],
    ['"\\ud83d\\ude00"', '😀'],
  ])('shows %s as in the record', async (json, expected) => {
    await write([`{"a":${json}}`], ['a']);
    expect(shown()).toEqual([[expected]]);
  });

  it('finds members whose names contain escapes', async () => {
    await write(['{"stra\\u00dfe":1,"url\\/x":2}', '{ "straße" : 3 , "url/x" : 4 }'], ['straße', 'url/x']);
    expect(shown()).toEqual([
      [1n, 2n],
      [3n, 4n],
    ]);
  });

  it('numbers names that differ only in case, and never changes the number', async () => {
    await write(['{"Id":1,"id":2,"iD_2":3,"ID":4}'], ['Id', 'id', 'iD_2', 'ID']);
    expect(columns()).toEqual(['Id', 'id_3', 'iD_2', 'ID_4']);
    expect(shown()).toEqual([[1n, 2n, 3n, 4n]]);
    await write(['{"ID":4,"id":2,"é":5,"É":6}'], ['ID', 'id', 'é', 'É']);
    expect(columns()).toEqual(['ID_4', 'id_3', 'é', 'É']);
    expect(shown()).toEqual([[4n, 2n, 5n, 6n]]);
  });

  it('has columns of any name', async () => {
    const names = [
      '',
      'rowid',
      '_airbyte_data',
      'a"b',
      "a'b",
      'a\\b',
      'a\nb',
      'a*/b',
      '$.x',
      'select',
      'a.b',
    ];
    await write([JSON.stringify(Object.fromEntries(names.map((name, index) => [name, index])))], names);
    expect(columns()).toEqual(names);
    expect(shown()).toEqual([names.map((_name, index) => BigInt(index))]);
  });

  it('can be read for deeply nested rows', async () => {
    const deep = `${'['.repeat(3000)}${']'.repeat(3000)}`;
    await write([`{"a":${deep},"b":1}`, '{"a":2,"b":2}'], ['a', 'b']);
    expect(shown()).toEqual([
      [deep, 1n],
      [2n, 2n],
    ]);
  });

  it('follows the schema, also for rows that were stored before', async () => {
    await write(['{"a":1,"b":"x","c":true}'], ['a'], 'append');
    await write(['{"a":2,"b":"y"}'], ['a', 'b'], 'append');
    expect(shown()).toEqual([
      [1n, 'x'],
      [2n, 'y'],
    ]);
    await write(['{"b":"z"}'], ['b', 'c'], 'append');
    expect(shown()).toEqual([
      ['x', 1n],
      ['y', null],
      ['z', null],
    ]);
  });

  it.each(['append', 'overwrite'])('shows the records of a stream without columns (%s)', async (mode) => {
    await write([], [], mode);
    expect(shown()).toEqual([]);
    await write(['{}', '{"a":1}'], [], mode);
    expect(columns()).toEqual(['_airbyte_ab_id', '_airbyte_emitted_at', '_airbyte_data']);
    expect(shown().map((row) => row[2])).toEqual(['{}', '{"a":1}']);
    await write([], ['a'], 'append');
    expect(shown()).toEqual([[null], [1n]]);
    await write([], [], 'append');
    expect(shown()).toHaveLength(2);
  });

  it('is refused for more columns than SQLite allows', async () => {
    const names = Array.from({ length: 1996 }, (_, index) => `c${index}`);
    const properties = Object.fromEntries(names.map((name) => [name, {}]));
    const refused = await output.write('s', 'append', [], streamWith('s', properties));
    expect(refused).toEqual({
      type: 'config_error',
      message:
        'Stream s has 1996 columns, but SQLite allows 1995. Read fewer columns, or use another destination.',
    });
    await write([JSON.stringify(Object.fromEntries(names.map((name) => [name, 1])))], names.slice(1));
    expect(columns()).toHaveLength(1995);
  });

  it.each([
    ['{"a":1,"\\u0061":2}', '"a"'],
    ['{"a":[{"b":1,"b":1}]}', '"b"'],
  ])('is not written for %s, which parsers read differently', async (record, name) => {
    const refused = await output.write('s', 'append', ['{"a":0}', record]);
    expect(refused).toEqual({
      type: 'config_error',
      message: `Stream s, record 2 of this run: it has the member ${name} more than once. Correct the record at the source.`,
    });
    expect(output.query('SELECT * FROM "_airbyte_raw_s"')).toEqual([]);
  });

  it('shows the rows of a table of the previous version', async () => {
    output.exec(`CREATE TABLE "_airbyte_raw_s" (
      "_airbyte_ab_id" TEXT NOT NULL, "_airbyte_emitted_at" INTEGER NOT NULL, "_airbyte_data" TEXT NOT NULL);
      INSERT INTO "_airbyte_raw_s" VALUES ('x', 5, '{"id":1,"v":1e400}');
      CREATE VIEW "s" AS SELECT json_extract("_airbyte_data", '$."id"') AS "id" FROM "_airbyte_raw_s"`);
    expect(await output.write('s', 'append', [{ id: 2, v: 3 }])).toBeNull();
    expect(shown()).toEqual([
      [1n, '1e400'],
      [2n, 3n],
    ]);
    expect(output.query('SELECT "_airbyte_ab_id", "_airbyte_emitted_at" FROM "_airbyte_raw_s"')[0]).toEqual({
      _airbyte_ab_id: 'x',
      _airbyte_emitted_at: 5n,
    });
  });
});
