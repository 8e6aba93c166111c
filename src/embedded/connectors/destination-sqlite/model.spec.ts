import type { JsonObject } from '../../platform/json';
import { SeededRandom } from '../../../../test/support/random';
import { SqliteOutput, streamWith } from '../../../../test/embedded/sqlite-kit';

let output: SqliteOutput;

beforeEach(() => {
  output = new SqliteOutput();
});

afterEach(() => {
  output.folder.remove();
});

const NAME_PARTS = [
  'a',
  'A',
  'id',
  'ID',
  '"',
  "'",
  '\\',
  '.',
  '$',
  '*/',
  '\n',
  ' ',
  'é',
  'ß',
  '_2',
  '😀',
  ';--',
  '%',
];
/** Each JSON text with the value that the view shows for it. */
const VALUES: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['true', 1n],
  ['0', 0n],
  ['-17', -17n],
  ['9007199254740993', 9007199254740993n],
  ['9223372036854775808', '9223372036854775808'],
  ['0.25', 0.25],
  ['-1.5e-30', -1.5e-30],
  ['123456789.123456789123', '123456789.123456789123'],
  ['1e999', '1e999'],
  ['""', ''],
  ['"it\'s \\"so\\""', 'it\'s "so"'],
  ['"\\u00e9\\n\\/"', 'é\n/'],
  ['"\\u0000"', '"\\u0000"'],
  ['[1, {"x": 1.0}]', '[1, {"x": 1.0}]'],
  ['{}', '{}'],
];
/** Keys, each with several equal texts. */
const KEYS = [
  ['1', '1.0', '10e-1'],
  ['"1"', '"\\u0031"'],
  ['9007199254740993'],
  ['9007199254740992'],
  ['null'],
  ['"a\\",\\"b"'],
  ['true'],
];

interface Row {
  readonly record: string;
  readonly key: number;
  readonly shown: ReadonlyMap<string, unknown>;
}

class Model {
  readonly columns: string[];
  rows: Row[] = [];

  constructor(private readonly random: SeededRandom) {
    const name = (): string =>
      Array.from({ length: random.below(4) }, () => random.pick(NAME_PARTS)).join('');
    this.columns = [...new Set(['key', ...Array.from({ length: 2 + random.below(8) }, name)])];
  }

  /** A record with some of the columns. Some names contain escapes. */
  row(): Row {
    const { random } = this;
    const key = random.below(KEYS.length);
    const shown = new Map<string, unknown>();
    const members = [`"key":${random.pick(KEYS[key] ?? [])}`];
    for (const column of this.columns.slice(1)) {
      if (random.below(4) === 0) continue;
      const [json, value] = random.pick(VALUES);
      shown.set(column, value);
      members.push(`${this.spelling(column)}${random.pick(['', ' '])}:${json}`);
    }
    return { record: `{${members.join(',')}}`, key, shown };
  }

  private spelling(name: string): string {
    if (this.random.below(3) > 0) return JSON.stringify(name);
    const units = Array.from({ length: name.length }, (_, index) => name.charCodeAt(index));
    return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`;
  }

  take(mode: string, rows: readonly Row[]): void {
    const all = mode === 'overwrite' ? [...rows] : [...this.rows, ...rows];
    const isLast = (row: Row): boolean => all.findLast(({ key }) => key === row.key) === row;
    this.rows = mode === 'append_dedup' ? all.filter(isLast) : all;
  }
}

/** Sorted rows, because deduplication does not keep their order. */
function sorted(rows: readonly string[]): string[] {
  return [...rows].sort();
}

function shownText(values: readonly unknown[]): string {
  return JSON.stringify(values, (_key, value: unknown) =>
    typeof value === 'bigint' ? `integer ${value}` : value,
  );
}

describe('a stream of any names, keys and values in SQLite', () => {
  it.each(Array.from({ length: 12 }, (_, seed) => seed))(
    'equals its records after every sync (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const model = new Model(random);
      const stream = random.pick(['s', 'a"b', "it's", 'order', 'a\\b', '漢 字', '*/ x', 'S;--']);
      let properties: string[] = ['key', ...model.columns.slice(1, 3)];
      for (let sync = 0; sync < 6; sync++) {
        const mode = random.pick(['append', 'append_dedup', 'append_dedup', 'overwrite']);
        properties = model.columns.filter(
          (name) => name === 'key' || properties.includes(name) || random.below(2) > 0,
        );
        if (random.below(4) === 0) properties = properties.slice(0, 3);
        const rows = Array.from({ length: random.below(12) }, () => model.row());
        const more = {
          ...streamWith(stream, Object.fromEntries(properties.map((name) => [name, {}] as const))),
          primary_key: [['key']],
        };
        const complete = random.below(5) > 0;
        const failure = await output.write(
          stream,
          mode,
          rows.map(({ record }) => record),
          more,
          complete,
        );
        expect(failure === null).toBe(complete);
        // The state came before the end, so only an overwrite is lost.
        if (complete || mode !== 'overwrite') model.take(mode, rows);
        if (!complete && mode === 'overwrite') continue;
        const quoted = stream.replaceAll('"', '""');
        const raw = output.query(`SELECT "_airbyte_data" AS "data" FROM "_airbyte_raw_${quoted}"`);
        expect(sorted(raw.map(({ data }) => String(data)))).toEqual(
          sorted(model.rows.map(({ record }) => record)),
        );
        const seen = output
          .query(`SELECT * FROM "${quoted}"`)
          .map((row: JsonObject) => Object.values(row).slice(1));
        const wanted = model.rows.map(({ shown }) =>
          properties.slice(1).map((name) => shown.get(name) ?? null),
        );
        expect(sorted(seen.map(shownText))).toEqual(sorted(wanted.map(shownText)));
      }
    },
  );
});
