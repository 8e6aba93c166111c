import { SqliteOutput, streamWith } from '../../../../test/embedded/sqlite-kit';

let output: SqliteOutput;

beforeEach(() => {
  output = new SqliteOutput();
});

afterEach(() => {
  output.folder.remove();
});

/** Writes each record in a sync of its own. Returns the remaining raw records. */
async function left(
  records: readonly string[],
  key: readonly (readonly string[])[],
  cursor: { name: string; schema: object } | null = null,
): Promise<unknown[]> {
  const stream = streamWith('s', cursor === null ? {} : { [cursor.name]: cursor.schema });
  const more = { ...stream, primary_key: key, cursor_field: cursor === null ? [] : [cursor.name] };
  const half = Math.ceil(records.length / 2);
  for (const part of [records.slice(0, half), records.slice(half)])
    expect(await output.write('s', 'append_dedup', part, more)).toBeNull();
  return output.query('SELECT "_airbyte_data" FROM "_airbyte_raw_s"').map((row) => row['_airbyte_data']);
}

describe('the key of a deduplicated stream in SQLite', () => {
  it.each(['my"id', 'a\\b', 'x"."y', "a'b", '$.id', 'a.b', '', 'é', 'a\tb', '*/'])(
    'may be named %j',
    async (name) => {
      const records = [1, 2, 3].map((id) => JSON.stringify({ [name]: id }));
      expect(await left([...records, ...records], [[name]])).toEqual(records);
    },
  );

  it.each([
    ['1.0', '1.00'],
    ['1e2', '100'],
    ['-0', '0.0'],
    ['10000000000000000000000000000001', '1.0000000000000000000000000000001E31'],
    ['"\\u0041\\/"', '"A/"'],
    ['[1, {"a":1,"b":2}]', '[1.0,{"b":2,"a":1}]'],
    ['null', 'null'],
  ])('is the same as %s and %s', async (first, second) => {
    expect(await left([`{"id":${first},"n":1}`, `{"id":${second},"n":2}`], [['id']])).toEqual([
      `{"id":${second},"n":2}`,
    ]);
  });

  it.each([
    ['9007199254740993', '9007199254740992'],
    ['1', '"1"'],
    ['null', '"null"'],
    ['true', '1'],
    ['"A"', '"a"'],
    ['"a"', '"a\\u0000b"'],
    ['"\\ud800"', '"\\ud801"'],
    ['1e400', '1e401'],
    ['1e99999999999999999999', '1e99999999999999999998'],
  ])('is not the same as %s and %s', async (first, second) => {
    const records = [`{"id":${first}}`, `{"id":${second}}`];
    expect(await left(records, [['id']])).toEqual(records);
  });

  it('keeps its parts separate, and may be nested', async () => {
    const records = [
      '{"a":"x\\",\\"y","b":{"c":"z"}}',
      '{"a":"x","b":{"c":"y\\",\\"z"}}',
      '{"a":"x","b":{"c":"y"}}',
    ];
    expect(await left(records, [['a'], ['b', 'c']])).toEqual(records);
  });

  it('is required in every record', async () => {
    const more = { primary_key: [['a', 'b']] };
    expect((await output.write('s', 'append_dedup', ['{"a":1}'], more))?.message).toContain(
      'it has no member "a.b"',
    );
    await output.write('s', 'append', ['{"a":{"b":1}}', '{}']);
    expect((await output.write('s', 'append_dedup', [], more))?.message).toContain(
      'row 2 of the table "_airbyte_raw_s" does not fit the new sync mode',
    );
    expect((await output.write('t', 'append_dedup', []))?.message).toContain('has no primary key');
  });
});

const NUMBER = { type: ['null', 'number'] };
const INSTANT = { type: ['null', 'string'], format: 'date-time' };
const DATE = { type: 'string', format: 'date' };

describe('the cursor of a deduplicated stream in SQLite', () => {
  it.each([
    ['a larger number', NUMBER, '10', '9'],
    ['a larger number of many digits', NUMBER, '9007199254740993', '9007199254740992'],
    ['a larger fraction', NUMBER, '0.10000000000000000000002', '0.1e0'],
    ['a smaller magnitude below zero', NUMBER, '-0.12', '-0.123'],
    ['a number above one below zero', NUMBER, '0', '-5e-3'],
    ['a larger exponent', NUMBER, '1e400', '9e399'],
    [
      'a later instant of another offset',
      INSTANT,
      '"2026-01-01T00:30:00+01:00"',
      '"2025-12-31T23:29:59.9999999Z"',
    ],
    ['a later fraction', INSTANT, '"2026-01-01T00:00:00.0000000002Z"', '"2026-01-01T00:00:00.0000000001Z"'],
    ['a fraction after none', INSTANT, '"2026-01-01T00:00:00.5Z"', '"2026-01-01T00:00:00+00"'],
    ['a later day', DATE, '"2026-02-28"', '"2026-02-27"'],
  ])('keeps %s', async (_case, schema, greater, smaller) => {
    const [great, small] = [greater, smaller].map((value) => `{"id":1,"c":${value}}`);
    expect(await left([great ?? '', small ?? ''], [['id']], { name: 'c', schema })).toEqual([great]);
  });

  it.each([
    ['texts', { type: 'string' }, '"b"', '"a"'],
    ['enums in numbers and texts', { type: ['string', 'number'] }, '2', '1'],
    ['numbers beside texts', NUMBER, '2', '"1"'],
    ['null after a number', NUMBER, '2', 'null'],
    ['years past 9999', INSTANT, '"9999-12-31T00:00:00Z"', '"10000-01-01T00:00:00Z"'],
    ['years before 1', INSTANT, '"2026-01-01T00:00:00Z"', '"0044-03-15T00:00:00Z BC"'],
    ['infinity', INSTANT, '"infinity"', '"-infinity"'],
    ['times without a zone', INSTANT, '"2026-01-01T00:00:01"', '"2026-01-01T00:00:00"'],
    ['days that do not exist', DATE, '"2026-02-30"', '"2026-02-27"'],
    ['lists', { type: 'array' }, '[2]', '[1]'],
  ])('does not compare %s: the later record stays', async (_case, schema, first, second) => {
    const [earlier, later] = [first, second].map((value) => `{"id":1,"c":${value}}`);
    expect(await left([earlier ?? '', later ?? ''], [['id']], { name: 'c', schema })).toEqual([later]);
  });

  it('may have a name that a JSON path cannot express', async () => {
    expect(
      await left(['{"id":1,"a\\"b":2}', '{"id":1,"a\\"b":1}'], [['id']], { name: 'a"b', schema: NUMBER }),
    ).toEqual(['{"id":1,"a\\"b":2}']);
  });
});
