import { cpus, release, type as system } from 'node:os';
import { CELLS, type Cell, type Results, type Sample } from './rounds';

export const MIB = 1024 * 1024;
const TITLES: Record<Cell['kind'], string> = {
  create: 'create',
  status: 'status of new ids',
  known: 'status of known ids',
};

/** Returns the measurements as Markdown. */
export function machine(): string {
  const [first] = cpus();
  return `${first?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${system()} ${release()}, Node ${process.version}`;
}

export function tables(results: Results, names: readonly string[]): string {
  const kinds = [...new Set(CELLS.map(({ kind, delayMs }) => `${kind}|${delayMs}`))];
  return kinds
    .map((key) => {
      const cells = CELLS.filter(({ kind, delayMs }) => `${kind}|${delayMs}` === key);
      const [first] = cells;
      const title = `### ${first ? TITLES[first.kind] : ''}, upstream answers ${first?.delayMs === 0 ? 'at once' : `after ${first?.delayMs ?? 0} ms`}`;
      return [title, '', ...header(), ...cells.flatMap((cell) => rows(results, cell, names)), ''].join('\n');
    })
    .join('\n');
}

function header(): string[] {
  return [
    '| connections | | CPU µs/request | requests/s | p50 ms | p99 ms | CPU, raw = 1 | requests/s, Fastify = 1 |',
    '|--:|---|--:|--:|--:|--:|--:|--:|',
  ];
}

function rows(results: Results, cell: Cell, names: readonly string[]): string[] {
  const [raw = '', fastify = ''] = names;
  return names.map((name) =>
    line([
      String(cell.connections),
      name,
      results.typical(cell, name, 'cpuMicros').toFixed(0),
      results.typical(cell, name, 'perSecond').toFixed(0),
      results.typical(cell, name, 'p50Ms').toFixed(2),
      results.typical(cell, name, 'p99Ms').toFixed(1),
      results.ratio(cell, name, raw, 'cpuMicros').toFixed(2),
      results.ratio(cell, name, fastify, 'perSecond').toFixed(2),
    ]),
  );
}

export interface Footprint {
  readonly name: string;
  readonly firstAnswerMs: number;
  readonly idleBytes: number;
}

export function footprints(results: Results, all: readonly Footprint[]): string {
  return [
    '| | first answer, ms after the start | resident idle, MiB | resident under load at most, MiB |',
    '|---|--:|--:|--:|',
    ...all.map(({ name, firstAnswerMs, idleBytes }) =>
      line([name, firstAnswerMs.toFixed(0), mib(idleBytes), mib(results.peakRss(name))]),
    ),
  ].join('\n');
}

/** The figures that the project holds itself to. */
export function summary(
  results: Results,
  [raw = '', fastify = '', gateway = '', express = '']: readonly string[],
): string {
  const busy = CELLS.filter((cell) => cell.delayMs === 0 && cell.connections > 1);
  const over = (reference: string): string[] =>
    busy.map((cell) => results.ratio(cell, gateway, reference, 'perSecond').toFixed(2));
  const known = busy.filter(({ kind }) => kind === 'known');
  const overFastify = (value: keyof Sample): string[] =>
    known.map((cell) => results.ratio(cell, gateway, fastify, value).toFixed(2));
  const slowed = known.map(
    (cell) =>
      results.typical({ ...cell, delayMs: 200 }, gateway, 'p99Ms') / results.typical(cell, gateway, 'p99Ms'),
  );
  const delayed = CELLS.filter((cell) => cell.delayMs === 20 && cell.connections === 64);
  return [
    `| requests/s of the gateway, upstream at once | ${busy.map(nameOf).join(' | ')} |`,
    `|---|${'--:|'.repeat(busy.length)}`,
    `| ${fastify} = 1 | ${over(fastify).join(' | ')} |`,
    `| ${express} = 1 | ${over(express).join(' | ')} |`,
    '',
    `| status of known ids, ${fastify} = 1 | ${known.map(nameOf).join(' | ')} |`,
    `|---|${'--:|'.repeat(known.length)}`,
    `| requests/s | ${overFastify('perSecond').join(' | ')} |`,
    `| CPU per request | ${overFastify('cpuMicros').join(' | ')} |`,
    `| p99 | ${overFastify('p99Ms').join(' | ')} |`,
    `| p99 with an upstream of 200 ms, own with one that answers at once = 1 | ${slowed.map((one) => one.toFixed(2)).join(' | ')} |`,
    '',
    ...delayed.map(
      (cell) =>
        `- ${nameOf(cell)}, 20 ms: p50 ${results.ratio(cell, gateway, raw, 'p50Ms').toFixed(2)} and ` +
        `p99 ${results.ratio(cell, gateway, raw, 'p99Ms').toFixed(2)} times ${raw}`,
    ),
  ].join('\n');
}

function nameOf({ kind, connections }: Cell): string {
  return `${kind} at ${connections}`;
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(0);
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
