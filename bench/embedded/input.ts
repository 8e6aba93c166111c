import { closeSync, openSync, writeSync } from 'node:fs';

const BATCH_ROWS = 10_000;

/** Writes orders as CSV: 6 columns, about 60 bytes per row. */
export function writeCsv(path: string, rows: number): void {
  writeRows(path, rows, 'id,name,amount,country,created,note\n', (id) => {
    const { name, amount, country, created, note } = orderOf(id);
    return `${id},${name},${amount},${country},${created},${note}\n`;
  });
}

/** Writes the same orders as JSON lines. */
export function writeJsonl(path: string, rows: number): void {
  writeRows(path, rows, '', (id) => {
    const { name, amount, country, created, note } = orderOf(id);
    return `{"id":${id},"name":"${name}","amount":${amount},"country":"${country}","created":"${created}","note":"${note}"}\n`;
  });
}

function orderOf(id: number): Record<'name' | 'amount' | 'country' | 'created' | 'note', string> {
  const minute = String(id % 60).padStart(2, '0');
  return {
    name: `customer ${id % 9973}`,
    amount: `${(id * 7) % 1000}.${10 + (id % 90)}`,
    country: 'NL',
    created: `2026-01-15T10:${minute}:00Z`,
    note: `note ${id % 101}`,
  };
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
