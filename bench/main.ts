import { type Contender, CONTENDERS, pinSelf, Running, Upstream } from './contender';
import { wait } from './load';
import { mirrorFigures } from './mirror';
import { poll } from './polling';
import { print } from './print';
import { type Footprint, footprints, machine, summary, tables } from './report';
import { KNOWN_IDS, Results, runRounds, warmUp } from './rounds';
import { median } from './stats';

/**
 * Measures the gateway beside references that do the same calls upstream. Asserts nothing; takes about six minutes.
 * `BENCH_GATEWAY` names the main file of another build, `BENCH_ROUNDS` another number of rounds.
 */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const PLAN = { rounds: ROUNDS, limitMs: 150_000, settleMs: 100, measureMs: 450 };
const STARTS = 5;
const WARM_UP_MS = 8000;
const POLLING = { callers: 1000, ids: 100, seconds: 5 };

async function main(): Promise<void> {
  pinSelf();
  const startedAt = performance.now();
  const upstream = await Upstream.start();
  await upstream.report({ population: { connections: KNOWN_IDS, jobsEach: 3 } });
  const fleet = await startAll(upstream.port);
  const results = new Results();
  await warmUp(fleet.running, WARM_UP_MS);
  const rounds = await runRounds(fleet.running, upstream, PLAN, results);
  const gateway = fleet.running.find(({ contender }) => contender.name === 'gateway');
  const polled = gateway && (await poll(gateway, upstream, POLLING));
  await Promise.all(fleet.running.map((running) => running.stop()));
  const names = CONTENDERS.map(({ name }) => name);
  print(`${machine()}; ${rounds} rounds in ${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`);
  print(tables(results, names));
  print(`### Start and memory\n\n${footprints(results, fleet.footprints)}\n`);
  print(`### In short\n\n${summary(results, names)}`);
  print(
    `- ${POLLING.callers} callers asking for ${POLLING.ids} ids once a second: ${polled?.toFixed(0) ?? '?'} calls upstream a second`,
  );
  for await (const figure of mirrorFigures(upstream)) print(figure);
  upstream.stop();
}

async function startAll(upstreamPort: number): Promise<{ running: Running[]; footprints: Footprint[] }> {
  const running: Running[] = [];
  const measured: Footprint[] = [];
  for (const contender of CONTENDERS) {
    const startsMs = await timeStarts(contender, upstreamPort);
    const last = await Running.start(contender, upstreamPort);
    await wait(1000);
    const { rssBytes } = await last.usage();
    running.push(last);
    measured.push({
      name: contender.name,
      firstAnswerMs: median([...startsMs, last.firstAnswerMs]),
      idleBytes: rssBytes,
    });
  }
  return { running, footprints: measured };
}

async function timeStarts(contender: Contender, upstreamPort: number): Promise<number[]> {
  const startsMs: number[] = [];
  while (startsMs.length < STARTS - 1) {
    const running = await Running.start(contender, upstreamPort);
    startsMs.push(running.firstAnswerMs);
    await running.stop();
  }
  return startsMs;
}

void main();
