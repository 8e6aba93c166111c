import { say } from './shell';

/** The result of one generator, proxy or script. */
export interface Row {
  readonly generator: string;
  readonly version: string;
  readonly compiled: string;
  /** Requests that reached the gateway. */
  readonly calls: string;
  /** Begins with `FAILED` after a failure. The lines after the first are the output of the program. */
  readonly result: string;
}

const COLUMNS = ['generator', 'version', 'compiled', 'calls', 'result'] as const;

export function rowOf(generator: string, values: Partial<Row> & Pick<Row, 'result'>): Row {
  return { generator, version: '-', compiled: '-', calls: '-', ...values };
}

export function hasFailed({ result }: Row): boolean {
  return result.startsWith('FAILED');
}

export function printTable(rows: readonly Row[]): void {
  const cells = [
    COLUMNS.map(String),
    ...rows.map((row) => COLUMNS.map((column) => row[column].split('\n')[0] ?? '')),
  ];
  const widths = COLUMNS.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  for (const row of cells)
    say(
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
