import type { Running, Upstream } from './contender';
import { drive, type Work } from './load';
import { median, percentile } from './stats';
import { CREATE, knownStatuses, STATUS } from './work';

export interface Cell {
  readonly kind: 'create' | 'status' | 'known';
  readonly delayMs: number;
  readonly connections: number;
}

/** One contender in one cell in one round. */
export interface Sample {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Plan {
  readonly rounds: number;
  /** No round begins later than this after the first, however slow the machine is. */
  readonly limitMs: number;
  readonly settleMs: number;
  readonly measureMs: number;
}

/** Ids of which the gateway can know the status: `known` asks for these, `status` for a new id each time. */
export const KNOWN_IDS = 1000;
const WORK: Record<Cell['kind'], Work> = {
  create: CREATE,
  status: STATUS,
  known: knownStatuses(KNOWN_IDS),
};
const CONNECTIONS = [1, 16, 64, 128];

export const CELLS: readonly Cell[] = [
  ...(['create', 'status'] as const).flatMap((kind) =>
    [0, 20].flatMap((delayMs) => CONNECTIONS.map((connections) => ({ kind, delayMs, connections }))),
  ),
  ...[0, 200].flatMap((delayMs) =>
    CONNECTIONS.slice(1).map((connections) => ({ kind: 'known' as const, delayMs, connections })),
  ),
];

/** The results of every contender in every cell, round by round. */
export class Results {
  private readonly samples = new Map<string, Sample[]>();
  private readonly rss = new Map<string, number>();

  add(cell: Cell, contender: string, sample: Sample): void {
    const key = keyOf(cell, contender);
    this.samples.set(key, [...(this.samples.get(key) ?? []), sample]);
  }

  /** Median over the rounds. */
  typical(cell: Cell, contender: string, value: keyof Sample): number {
    return median(this.of(cell, contender).map((sample) => sample[value]));
  }

  /** Median of the ratios within one round each, so that what disturbs a whole round disturbs no ratio. */
  ratio(cell: Cell, contender: string, reference: string, value: keyof Sample): number {
    const others = this.of(cell, reference);
    return median(
      this.of(cell, contender).map((sample, i) => sample[value] / (others[i]?.[value] ?? Number.NaN)),
    );
  }

  noteMemory(contender: string, rssBytes: number): void {
    this.rss.set(contender, Math.max(rssBytes, this.rss.get(contender) ?? 0));
  }

  /** The most that was resident after any slice. */
  peakRss(contender: string): number {
    return this.rss.get(contender) ?? Number.NaN;
  }

  private of(cell: Cell, contender: string): readonly Sample[] {
    return this.samples.get(keyOf(cell, contender)) ?? [];
  }
}

function keyOf({ kind, delayMs, connections }: Cell, contender: string): string {
  return `${kind} ${delayMs} ${connections} ${contender}`;
}

/** Compiles what is hot in every contender before anything counts. */
export async function warmUp(contenders: readonly Running[], eachMs: number): Promise<void> {
  for (const work of Object.values(WORK)) {
    for (const { port } of contenders) {
      const load = { port, work, connections: 64, settleMs: 0, measureMs: eachMs };
      await drive(load, () => Promise.resolve());
    }
  }
}

/** All contenders take turns within each cell, in another order each round. @returns how many rounds there were */
export async function runRounds(
  contenders: readonly Running[],
  upstream: Upstream,
  plan: Plan,
  results: Results,
): Promise<number> {
  const startedAt = performance.now();
  let round = 0;
  for (; round < plan.rounds && performance.now() - startedAt < plan.limitMs; round++) {
    for (const cell of CELLS) {
      await upstream.report({ delayMs: cell.delayMs });
      for (let turn = 0; turn < contenders.length; turn++) {
        const running = contenders[(turn + round) % contenders.length];
        if (running) results.add(cell, running.contender.name, await measure(running, cell, plan, results));
      }
    }
  }
  return round;
}

async function measure(running: Running, cell: Cell, plan: Plan, results: Results): Promise<Sample> {
  const used: number[] = [];
  const { port, contender } = running;
  const load = {
    port,
    work: WORK[cell.kind],
    connections: cell.connections,
    // Two calls upstream take twice the delay.
    settleMs: Math.max(plan.settleMs, 3 * cell.delayMs),
    measureMs: Math.max(plan.measureMs, 5 * cell.delayMs),
  };
  const { latenciesMs, elapsedMs, wrong } = await drive(load, async () => {
    const { cpuMicros, rssBytes } = await running.usage();
    used.push(cpuMicros);
    results.noteMemory(contender.name, rssBytes);
  });
  if (wrong > 0) throw new Error(`${contender.name} answered ${wrong} of ${cell.kind} with another status`);
  const [before = 0, after = 0] = used;
  return {
    perSecond: (latenciesMs.length / elapsedMs) * 1000,
    cpuMicros: (after - before) / latenciesMs.length,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
  };
}
