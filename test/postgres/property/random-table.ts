import { escapeIdentifier } from 'pg';
import type { SeededRandom } from '../../support/random';
import { qualified } from '../../../src/embedded/connectors/postgres/identifiers';
import {
  CURSOR_KINDS,
  type Cell,
  type CursorKind,
  KEY_KINDS,
  type KeyKind,
  type Kind,
  KINDS,
  NULL_CELL,
} from './kinds';

const NAMES = [
  'order',
  'Id',
  'id',
  'a"b',
  "it's",
  'a.b',
  '$x',
  'é',
  'Ünï',
  'a b',
  'select',
  '*/',
  '%s',
  'x\\y',
  '漢字',
  '_2',
  'a\nb',
  'null',
  '😀',
];
const BULK_ROWS = 12_000;

/** A row as the model knows it. */
export interface Row {
  readonly id: number;
  /** The place of its cursor value in the order, or null. */
  readonly cursor: number | null;
  readonly cells: ReadonlyMap<string, Cell>;
}

interface Column {
  readonly name: string;
  readonly kind: Kind;
}

/** A table of random columns, and a model of its rows: every change is made in both. */
export class RandomTable {
  readonly schema: string;
  readonly name: string;
  readonly keys: readonly string[];
  readonly cursor: string;
  readonly rows = new Map<number, Row>();
  /** Whether columns were added or dropped after the schema was discovered. */
  hasChangedColumns = false;
  private readonly keyKinds: readonly KeyKind[];
  private readonly cursorKind: CursorKind;
  private columns: Column[];
  private nextId = 0;
  private lastCursor = 1;

  constructor(
    private readonly random: SeededRandom,
    private readonly run: (sql: string) => void,
    number: number,
  ) {
    const names = shuffled(random, NAMES);
    this.schema = `s ${number}"`;
    this.name = `${random.pick(NAMES).replace('\n', '')}${number}`;
    this.keyKinds = Array.from({ length: 1 + random.below(2) }, () => random.pick(KEY_KINDS));
    this.keys = names.splice(0, this.keyKinds.length);
    this.cursorKind = random.pick(CURSOR_KINDS);
    this.cursor = names.splice(0, 1)[0] ?? 'cursor';
    this.columns = names.slice(0, random.below(6)).map((name) => ({ name, kind: random.pick(KINDS) }));
    const definitions = [
      ...this.keys.map(
        (name, index) => `${escapeIdentifier(name)} ${this.keyKinds[index]?.type ?? ''} NOT NULL`,
      ),
      `${escapeIdentifier(this.cursor)} ${this.cursorKind.type}`,
      ...this.columns.map(({ name, kind }) => `${escapeIdentifier(name)} ${kind.type}`),
    ];
    run(
      `CREATE SCHEMA ${escapeIdentifier(this.schema)}; CREATE TABLE ${this.sql} (${definitions.join(', ')}, PRIMARY KEY (${this.keys.map(escapeIdentifier).join(', ')}))`,
    );
    this.insert(1 + random.below(20));
  }

  private get sql(): string {
    return qualified(this.schema, this.name);
  }

  get description(): string {
    const keys = this.keys.map((name, index) => `${name} ${this.keyKinds[index]?.type ?? ''}`);
    const columns = this.columns.map(({ name, kind }) => `${name} ${kind.type}`);
    return JSON.stringify({
      name: this.name,
      keys,
      cursor: `${this.cursor} ${this.cursorKind.type}`,
      columns,
    });
  }

  /** Changes some rows, and sometimes columns. */
  change(): void {
    const { random } = this;
    if (random.oneIn(8)) this.insert(BULK_ROWS);
    for (let changes = random.below(4); changes > 0; changes--) {
      const action = random.below(6);
      if (action <= 1) this.insert(1 + random.below(30));
      else if (action === 2) this.update();
      else if (action === 3) this.respell();
      else if (action === 4) this.remove();
      else this.changeColumns();
    }
  }

  private insert(count: number): void {
    for (let number = 0; number < count; number++) this.set(this.nextId + number);
    this.write(Array.from({ length: count }, (_, number) => this.nextId + number));
    this.nextId += count;
  }

  private update(): void {
    const id = this.someId();
    if (id === null) return;
    this.replace(id);
  }

  /** The same key again, perhaps in another spelling. */
  private respell(): void {
    const id = this.random.below(this.nextId);
    if (this.rows.has(id)) this.replace(id);
    else {
      this.set(id);
      this.write([id]);
    }
  }

  private remove(): void {
    const id = this.someId();
    if (id === null || this.rows.size < 2) return;
    this.run(`DELETE FROM ${this.sql} WHERE ${this.where(id)}`);
    this.rows.delete(id);
  }

  private replace(id: number): void {
    this.run(`DELETE FROM ${this.sql} WHERE ${this.where(id)}`);
    this.set(id);
    this.write([id]);
  }

  private changeColumns(): void {
    this.hasChangedColumns = true;
    const dropped = this.random.oneIn(2) ? this.columns.at(-1) : undefined;
    if (dropped !== undefined) {
      this.run(`ALTER TABLE ${this.sql} DROP COLUMN ${escapeIdentifier(dropped.name)}`);
      this.columns = this.columns.slice(0, -1);
      for (const [id, row] of this.rows) {
        const cells = new Map(row.cells);
        cells.delete(dropped.name);
        this.rows.set(id, { ...row, cells });
      }
      return;
    }
    const column = { name: `late ${this.nextId} ${this.columns.length}`, kind: this.random.pick(KINDS) };
    this.run(`ALTER TABLE ${this.sql} ADD COLUMN ${escapeIdentifier(column.name)} ${column.kind.type}`);
    this.columns = [...this.columns, column];
    for (const [id, row] of this.rows)
      this.rows.set(id, { ...row, cells: new Map([...row.cells, [column.name, NULL_CELL]]) });
  }

  /** Gives a row new values, with a cursor value that is mostly new, sometimes the last one, rarely an old one or none. */
  private set(id: number): void {
    const { random } = this;
    if (random.oneIn(2)) this.lastCursor++;
    const cursor = random.oneIn(12)
      ? null
      : random.oneIn(15)
        ? random.below(this.lastCursor)
        : this.lastCursor;
    const cells = new Map<string, Cell>();
    this.keys.forEach((name, index) => {
      // The last column of a key tells rows apart; those before it repeat.
      const number = index === this.keys.length - 1 ? id : id % 3;
      cells.set(name, this.keyKinds[index]?.key(number, random.oneIn(2)) ?? NULL_CELL);
    });
    cells.set(this.cursor, cursor === null ? NULL_CELL : this.cursorKind.at(cursor));
    for (const { name, kind } of this.columns)
      cells.set(name, random.oneIn(5) ? NULL_CELL : kind.value(random));
    this.rows.set(id, { id, cursor, cells });
  }

  private write(ids: readonly number[]): void {
    const names = [...this.keys, this.cursor, ...this.columns.map(({ name }) => name)];
    const rows = ids.map((id) => {
      const cells = this.rows.get(id)?.cells;
      return `(${names.map((name) => cells?.get(name)?.sql ?? 'NULL').join(', ')})`;
    });
    this.run(
      `INSERT INTO ${this.sql} (${names.map(escapeIdentifier).join(', ')}) VALUES ${rows.join(',\n')}`,
    );
  }

  private where(id: number): string {
    const cells = this.rows.get(id)?.cells;
    return this.keys
      .map((name) => `${escapeIdentifier(name)} = ${cells?.get(name)?.sql ?? 'NULL'}`)
      .join(' AND ');
  }

  private someId(): number | null {
    const ids = [...this.rows.keys()];
    return ids.length === 0 ? null : this.random.pick(ids);
  }
}

function shuffled<T>(random: SeededRandom, of: readonly T[]): T[] {
  const left = [...of];
  return of.flatMap(() => left.splice(random.below(left.length), 1));
}
