import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ProbedGateway } from '../support/probed-gateway';
import { ScriptedUpstream } from '../support/scripted-upstream';
import { BadCaller, type Told } from './bad-caller';
import { misbehave } from './bad-upstream';
import { describeMeasured, judgeIngestions, judgeLiveness, judgeMemory } from './judge';
import { LivenessProbe } from './liveness';
import type { MemorySample } from './memory';
import { randomFrom } from '../support/random';
import { type Reads, read } from './readers';

const INGESTIONS = 1_000;
/** Callers repeat their requests for this time after the last fault. It is longer than outcomes stay in doubt. */
const SETTLE_MS = 30_000;
const READERS = 4;
const BETWEEN_SAMPLES_MS = 4_000;

interface Course {
  readonly seconds: number;
  readonly random: () => number;
  readonly endsAt: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
  const seconds = Number(values.seconds ?? 120);
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  say(`seed ${seed}, ${seconds} s`);
  const upstream = await ScriptedUpstream.start();
  const gateway = await startGateway(upstream.url);
  // The start is not measured.
  await gateway.reset();
  const course = { seconds, random: randomFrom(seed), endsAt: Date.now() + seconds * 1000 };

  const liveness = LivenessProbe.start(gateway.url);
  const behave = misbehave(upstream, course.random);
  const reads: Reads = { good: 0, failed: 0, wrong: [] };
  const told: Told[] = [];
  const readers = Array.from({ length: READERS }, () => read(gateway.url, told, { ...course, reads }));
  const creations = createAll(gateway.url, told, course);
  const samples = await watchMemory(gateway, liveness, course);
  await Promise.all(readers);
  await behave();
  await creations;
  const report = await liveness.stop();
  const { blockCpuMs } = await gateway.peaks();
  const code = await gateway.stop();
  await upstream.close();

  const tries = told.reduce((sum, one) => sum + one.tries, 0);
  const known = told.filter((one) => one.ids.size > 0).length;
  say(
    `${told.length} ingestions in ${tries} tries: ${known} told of, ${upstream.state.connections.size} made`,
  );
  say(`${upstream.count('*')} requests upstream; ${reads.good} good reads, ${reads.failed} failed ones`);
  describeMeasured(report, blockCpuMs, samples).forEach(say);
  conclude(seed, [
    ...judgeIngestions(told, INGESTIONS, upstream),
    ...reads.wrong,
    ...judgeLiveness(report, blockCpuMs),
    ...judgeMemory(samples),
    ...(code === 0 ? [] : [`the gateway ended with ${String(code)}`]),
    ...gateway.errors,
  ]);
}

function startGateway(upstreamUrl: string): Promise<ProbedGateway> {
  return ProbedGateway.start({
    AIRBYTE_API_URL: upstreamUrl,
    AIRBYTE_TIMEOUT_MS: '2500',
    AIRBYTE_CREATE_TIMEOUT_MS: '5000',
    AIRBYTE_MAX_CONCURRENCY: '16',
    AIRBYTE_MAX_CREATES: '8',
    IDEMPOTENCY_DOUBT_MS: '5000',
    RATE_LIMIT: 'off',
    LOG_LEVEL: 'error',
  });
}

/** From a quarter of the time on: before, code is still being compiled and pools are filled. */
async function watchMemory(
  gateway: ProbedGateway,
  liveness: LivenessProbe,
  { seconds, endsAt }: Course,
): Promise<MemorySample[]> {
  await pause((seconds * 1000) / 4);
  const samples: MemorySample[] = [];
  while (Date.now() < endsAt) {
    // A collection on demand stops the gateway for a moment, which is not its fault.
    const usage = await liveness.without(() => gateway.usage());
    samples.push({ atMs: Date.now(), ...usage });
    await pause(BETWEEN_SAMPLES_MS);
  }
  return samples;
}

/** Spread over two thirds of the time, so that most of the faults have time to show. */
async function createAll(url: string, told: Told[], { random, endsAt, seconds }: Course): Promise<void> {
  const caller = new BadCaller(url, random);
  const isOver = (): boolean => Date.now() > endsAt + SETTLE_MS;
  const all: Promise<void>[] = [];
  for (let i = 0; i < INGESTIONS; i++) {
    all.push(caller.create(`soak-${i}`, isOver).then((one) => void told.push(one)));
    await pause((seconds * 667) / INGESTIONS);
  }
  await Promise.all(all);
}

function conclude(seed: number, violations: readonly string[]): void {
  if (violations.length === 0) {
    say('nothing lost, nothing made twice, always alive, memory flat');
    return;
  }
  say(`${violations.length} violations (seed ${seed}):\n${violations.slice(0, 20).join('\n')}`);
  process.exitCode = 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
