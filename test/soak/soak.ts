import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ScriptedUpstream } from '../support/scripted-upstream';
import { BadCaller, type Told } from './bad.caller';
import { misbehave } from './bad.upstream';
import { ProbedGateway } from './gateway';
import { randomFrom } from './random';

const INGESTIONS = 1_000;
/** How long callers go on asking after the faults have ended; longer than outcomes stay in doubt. */
const SETTLE_MS = 20_000;
const READERS = 4;
/** Of the heap after a collection, from a quarter of the time to the end. */
const MAX_GROWTH_MIB = 16;

interface Reads {
  good: number;
  failed: number;
  readonly wrong: string[];
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
  const seconds = Number(values.seconds ?? 120);
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  say(`seed ${seed}, ${seconds} s`);
  const random = randomFrom(seed);

  const upstream = await ScriptedUpstream.start();
  const gateway = await ProbedGateway.start({
    AIRBYTE_API_URL: upstream.url,
    AIRBYTE_TIMEOUT_MS: '2500',
    AIRBYTE_CREATE_TIMEOUT_MS: '5000',
    AIRBYTE_MAX_CONCURRENCY: '16',
    AIRBYTE_MAX_CREATES: '8',
    IDEMPOTENCY_DOUBT_MS: '5000',
    RATE_LIMIT: 'off',
    LOG_LEVEL: 'error',
  });
  const endsAt = Date.now() + seconds * 1000;
  const behave = misbehave(upstream, random);
  const reads: Reads = { good: 0, failed: 0, wrong: [] };
  const told: Told[] = [];
  const readers = Array.from({ length: READERS }, () => read(gateway.url, told, { random, endsAt, reads }));
  const creations = createAll(gateway.url, told, { random, endsAt, seconds });
  await pause((seconds * 1000) / 4);
  const early = await gateway.heapMiB();
  await Promise.all(readers);
  await behave();
  await creations;
  const late = await gateway.heapMiB();

  const violations = [...judge(told, upstream), ...reads.wrong];
  if (late - early > MAX_GROWTH_MIB)
    violations.push(`the heap grew from ${early.toFixed(1)} to ${late.toFixed(1)} MiB`);
  const code = await gateway.stop();
  if (code !== 0) violations.push(`the gateway ended with ${String(code)}`);
  violations.push(...gateway.errors);
  await upstream.close();

  const tries = told.reduce((sum, one) => sum + one.tries, 0);
  const known = told.filter((one) => one.ids.size > 0).length;
  say(
    `${told.length} ingestions in ${tries} tries: ${known} told of, ${upstream.state.connections.size} made`,
  );
  say(`${upstream.count('*')} requests upstream; ${reads.good} good reads, ${reads.failed} failed ones`);
  say(`heap after collection: ${early.toFixed(1)} MiB early, ${late.toFixed(1)} MiB late`);
  if (violations.length === 0) {
    say('nothing lost, nothing made twice');
    return;
  }
  say(`${violations.length} violations (seed ${seed}):\n${violations.slice(0, 20).join('\n')}`);
  process.exitCode = 1;
}

/** Spread over two thirds of the time, so that most of the faults have time to show. */
async function createAll(
  url: string,
  told: Told[],
  { random, endsAt, seconds }: { random: () => number; endsAt: number; seconds: number },
): Promise<void> {
  const caller = new BadCaller(url, random);
  const isOver = (): boolean => Date.now() > endsAt + SETTLE_MS;
  const all: Promise<void>[] = [];
  for (let i = 0; i < INGESTIONS; i++) {
    all.push(caller.create(`soak ${i}`.replace(' ', '-'), isOver).then((one) => void told.push(one)));
    await pause((seconds * 667) / INGESTIONS);
  }
  await Promise.all(all);
}

/** Whoever was told of an ingestion finds it: as it was made, or not at the moment. */
async function read(
  url: string,
  told: readonly Told[],
  { random, endsAt, reads }: { random: () => number; endsAt: number; reads: Reads },
): Promise<void> {
  while (Date.now() < endsAt) {
    const one = told[Math.floor(random() * told.length)];
    const [id] = one?.ids ?? [];
    if (id === undefined) {
      await pause(50);
      continue;
    }
    const path = random() < 0.5 ? '' : '/status';
    const response = await fetch(`${url}/ingestion/${id}${path}`);
    const { connectionId, code } = (await response.json()) as { connectionId?: string; code?: string };
    if (response.status === 200 && connectionId === id) reads.good++;
    else if (response.status >= 502 && code?.startsWith('airbyte-')) reads.failed++;
    else reads.wrong.push(`${id}${path} was answered ${response.status} ${code ?? ''}`);
    await pause(20);
  }
}

function judge(told: readonly Told[], upstream: ScriptedUpstream): string[] {
  const madeByName = new Map<string, string[]>();
  for (const { name, connectionId } of upstream.state.connections.values())
    madeByName.set(name, [...(madeByName.get(name) ?? []), connectionId]);
  const violations = told.flatMap((one) => faultsOf(one, madeByName.get(one.name) ?? []));
  if (told.length !== INGESTIONS) violations.push(`${told.length} ingestions were asked for`);
  // A busy machine may keep some from an answer in time, but the faults alone not most of them.
  const known = told.filter(({ ids }) => ids.size > 0).length;
  if (known < told.length / 2) violations.push(`only ${known} were told of`);
  return violations;
}

function faultsOf({ name, ids, isUnknown, oddities }: Told, made: readonly string[]): string[] {
  const faults = oddities.map((oddity) => `${name} was answered ${oddity}`);
  if (made.length > 1) faults.push(`${name} was made ${made.length} times`);
  if (ids.size > 1) faults.push(`${name} was told by ${ids.size} ids`);
  for (const id of ids) if (!made.includes(id)) faults.push(`${name} was told of ${id}, which is not there`);
  if (ids.size === 0 && made.length > 0 && !isUnknown) faults.push(`${name} was made and nobody was told`);
  return faults;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
