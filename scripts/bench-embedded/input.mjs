import { closeSync, openSync, writeSync } from 'node:fs';

const BATCH = 10_000;

/** Orders as CSV: 6 columns, about 60 bytes a row. */
export function writeCsv(path, rows) {
  writeRows(path, rows, 'id,name,amount,country,created,note\n', (id) => `${order(id).join(',')}\n`);
}

/** The same as JSON lines. */
export function writeJsonl(path, rows) {
  writeRows(path, rows, '', (id) => {
    const [number, name, amount, country, created, note] = order(id);
    return `{"id":${number},"name":"${name}","amount":${amount},"country":"${country}","created":"${created}","note":"${note}"}\n`;
  });
}

function order(id) {
  const minute = String(id % 60).padStart(2, '0');
  return [
    id,
    `customer ${id % 9973}`,
    `${(id * 7) % 1000}.${10 + (id % 90)}`,
    'NL',
    `2026-01-15T10:${minute}:00Z`,
    `note ${id % 101}`,
  ];
}

function writeRows(path, rows, head, line) {
  const fd = openSync(path, 'w');
  writeSync(fd, head);
  for (let from = 0; from < rows; from += BATCH) {
    writeSync(
      fd,
      Array.from({ length: Math.min(BATCH, rows - from) }, (_, index) => line(from + index)).join(''),
    );
  }
  closeSync(fd);
}
