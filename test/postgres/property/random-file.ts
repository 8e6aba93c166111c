import type { SeededRandom } from '../../support/random';
import { oddText, type Cell } from './kinds';
import type { Row } from './random-table';

const NAMES = [
  'order',
  'Id',
  'id',
  'a"b',
  "it's",
  'a.b',
  '$x',
  'é',
  'a b',
  'select',
  '*/',
  '漢字',
  'a\nb',
  '😀',
];
const BULK_ROWS = 30_000;

/** Values of JSON lines by the type of a column, of which the first one shows the type to the discovery. */
const VALUES: readonly (readonly string[])[] = [
  ['1.5', '1', '-0', '12345678901234567890.123456789', '1e-7', '1.50'],
  ['true', 'false'],
  ['{"a":[1,{"b":null}]}', '{}', '{"a":1.10}'],
  ['["x",1]', '[]', '[[1.0]]'],
  ['"text"', '""', '"\\u00e9\\n\\/"', '"it\'s \\"so\\""', '"漢字 😀"', '"1"'],
];

/** A file of random columns in one of the formats of source file, and a model of its rows. */
export class RandomFile {
  readonly format: 'csv' | 'jsonl';
  readonly name: string;
  private readonly columns: readonly { readonly name: string; readonly values: readonly string[] }[];
  private all: Row[] = [];
  private nextId = 0;

  constructor(
    private readonly random: SeededRandom,
    private readonly save: (content: string) => void,
  ) {
    this.format = random.pick(['csv', 'jsonl'] as const);
    this.name = `${random.pick(NAMES).replace('\n', '')} file`;
    const names = NAMES.filter(() => random.oneIn(3));
    this.columns = ['row', ...names].map((name) => ({ name, values: random.pick(VALUES) }));
    this.all = [this.row(true)];
    this.change();
  }

  get rows(): readonly Row[] {
    return this.all;
  }

  get description(): string {
    return JSON.stringify({
      name: this.name,
      format: this.format,
      columns: this.columns.map(({ name }) => name),
    });
  }

  /** Writes another file in its place. */
  change(): void {
    const { random } = this;
    if (this.nextId > 1 && random.oneIn(4)) this.all = this.all.slice(0, 1 + random.below(this.all.length));
    const count = random.oneIn(8) ? BULK_ROWS : random.below(40);
    this.all = [...this.all, ...Array.from({ length: count }, () => this.row(false))];
    const names = this.columns.map(({ name }) => name);
    const lines =
      this.format === 'csv'
        ? [
            names.map(csvCell),
            ...this.all.map(({ cells }) => names.map((name) => csvCell(textOf(cells.get(name))))),
          ].map((cells) => cells.join(','))
        : this.all.map(
            ({ cells }) =>
              `{${[...cells].map(([name, { json }]) => `${JSON.stringify(name)}:${json}`).join(',')}}`,
          );
    this.save(`${lines.join('\n')}\n`);
  }

  private row(isFirst: boolean): Row {
    const { random } = this;
    const cells = new Map<string, Cell>();
    for (const { name, values } of this.columns) {
      if (this.format === 'csv')
        cells.set(name, { sql: '', json: JSON.stringify(isFirst ? 'x' : oddText(random, 6)) });
      else if (isFirst) cells.set(name, { sql: '', json: values[0] ?? 'null' });
      else if (!random.oneIn(6))
        cells.set(name, { sql: '', json: random.oneIn(6) ? 'null' : random.pick(values) });
    }
    return { id: this.nextId++, cursor: null, cells };
  }
}

function textOf(cell: Cell | undefined): string {
  return cell === undefined ? '' : String(JSON.parse(cell.json));
}

function csvCell(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
