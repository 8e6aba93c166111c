import { closeSync, openSync, writeSync } from 'node:fs';

const BATCH_ROWS = 5_000;

/** A column of the input. */
export interface InputColumn {
  readonly name: string;
  /** Its type in Postgres and DuckDB. */
  readonly type: string;
  /** The value of a row. A text needs no escapes in CSV and JSON. */
  readonly valueOf: (id: number) => string;
}

const ORDERS: readonly InputColumn[] = [
  { name: 'id', type: 'bigint', valueOf: String },
  { name: 'name', type: 'text', valueOf: (id) => `customer ${id % 9973}` },
  { name: 'amount', type: 'numeric(12,2)', valueOf: (id) => `${(id * 7) % 1000}.${10 + (id % 90)}` },
  { name: 'country', type: 'text', valueOf: () => 'NL' },
  {
    name: 'created',
    type: 'timestamptz',
    valueOf: (id) => `2026-01-15T10:${String(id % 60).padStart(2, '0')}:00Z`,
  },
  { name: 'note', type: 'text', valueOf: (id) => `note ${id % 101}` },
];

/** The columns of orders, about 60 bytes for the first six, and as many texts and numbers as are missing. */
export function columnsOf(count: number): InputColumn[] {
  const more = Array.from({ length: Math.max(0, count - ORDERS.length) }, (_, index): InputColumn => {
    const name = `extra_${index + 1}`;
    return index % 2 === 0
      ? { name, type: 'bigint', valueOf: (id) => String((id * (index + 3)) % 100_000) }
      : { name, type: 'text', valueOf: (id) => `value ${(id + index) % 1000}` };
  });
  return [...ORDERS.slice(0, count), ...more];
}

/** Writes orders as CSV. */
export function writeCsv(path: string, rows: number, columns: readonly InputColumn[]): void {
  const head = `${columns.map(({ name }) => name).join(',')}\n`;
  writeRows(path, rows, head, (id) => `${columns.map(({ valueOf }) => valueOf(id)).join(',')}\n`);
}

/** Writes the same orders as JSON lines. */
export function writeJsonl(path: string, rows: number, columns: readonly InputColumn[]): void {
  writeRows(path, rows, '', (id) => {
    const members = columns.map(({ name, type, valueOf }) => {
      const isText = type === 'text' || type === 'timestamptz';
      return `"${name}":${isText ? `"${valueOf(id)}"` : valueOf(id)}`;
    });
    return `{${members.join(',')}}\n`;
  });
}

function writeRows(path: string, rows: number, head: string, lineOf: (id: number) => string): void {
  const fd = openSync(path, 'w');
  writeSync(fd, head);
  for (let from = 0; from < rows; from += BATCH_ROWS) {
    const length = Math.min(BATCH_ROWS, rows - from);
    writeSync(fd, Array.from({ length }, (_, index) => lineOf(from + index)).join(''));
  }
  closeSync(fd);
}
