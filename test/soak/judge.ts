import type { ScriptedUpstream } from '../support/scripted-upstream';
import type { Told } from './bad-caller';
import { type LivenessReport, percentile } from './liveness';
import { growthMiB, inMiB, type MemorySample } from './memory';

/** Liveness waits for the current turn of the event loop only. Kubernetes gives up on a probe after a second by default. */
const MAX_BLOCK_CPU_MS = 250;
/** Reported, but not limited: elapsed time depends on the load of the machine. */
const REPORTED_SHARES = [0.5, 0.99, 1];

/** Measured after collections. The resident set varies by tens of MiB, because the allocator gives memory back late. */
const MAX_HEAP_GROWTH_MIB = 4;
const MAX_RSS_GROWTH_MIB = 40;

/** Compares the connections of Airbyte with the answers that callers got, and returns each difference. */
export function judgeIngestions(told: readonly Told[], asked: number, upstream: ScriptedUpstream): string[] {
  const madeByName = new Map<string, string[]>();
  for (const { name, connectionId } of upstream.state.connections.values())
    madeByName.set(name, [...(madeByName.get(name) ?? []), connectionId]);
  const violations = told.flatMap((one) => faultsOf(one, madeByName.get(one.name) ?? []));
  if (told.length !== asked) violations.push(`${told.length} of ${asked} callers came to an end`);
  const names = new Set(told.map(({ name }) => name));
  for (const name of madeByName.keys())
    if (!names.has(name)) violations.push(`${name} was made and nobody asked for it`);
  return violations;
}

function faultsOf({ name, withKey, ids, isUnknown, oddities }: Told, made: readonly string[]): string[] {
  const faults = oddities.map((oddity) => `${name} was answered ${oddity}`);
  if (made.length > 1) faults.push(`${name} was made ${made.length} times`);
  if (ids.size > 1) faults.push(`${name} was told by ${ids.size} ids`);
  for (const id of ids) if (!made.includes(id)) faults.push(`${name} was told of ${id}, which is not there`);
  // A caller that repeats a request with one key gets the outcome in the end.
  if (withKey && ids.size === 0) faults.push(`${name} was never told, though its caller went on asking`);
  if (ids.size === 0 && made.length > 0 && !isUnknown) faults.push(`${name} was made and nobody was told`);
  return faults;
}

export function judgeLiveness({ answeredMs, wrong }: LivenessReport, blockCpuMs: number): string[] {
  const violations = wrong.map((answer) => `liveness was answered ${answer}`);
  if (answeredMs.length < 100) violations.push(`liveness was asked ${answeredMs.length} times only`);
  if (blockCpuMs > MAX_BLOCK_CPU_MS)
    violations.push(`one turn of the event loop used ${blockCpuMs.toFixed(0)} ms of CPU time`);
  return violations;
}

export function judgeMemory(samples: readonly MemorySample[]): string[] {
  const heap = growthMiB(samples, 'heapBytes');
  const rss = growthMiB(samples, 'rssBytes');
  const violations: string[] = [];
  if (samples.length < 5) violations.push(`memory was looked at ${samples.length} times only`);
  if (heap > MAX_HEAP_GROWTH_MIB) violations.push(`the heap grew by ${heap.toFixed(1)} MiB`);
  if (rss > MAX_RSS_GROWTH_MIB) violations.push(`the resident set grew by ${rss.toFixed(1)} MiB`);
  return violations;
}

/** The measurements as lines of a report. */
export function describeMeasured(
  { answeredMs }: LivenessReport,
  blockCpuMs: number,
  samples: readonly MemorySample[],
): string[] {
  const [first, last] = [samples[0], samples.at(-1)];
  const growth = (what: 'heapBytes' | 'rssBytes'): string =>
    `${inMiB(first?.[what] ?? 0)} to ${inMiB(last?.[what] ?? 0)}, a growth of ${growthMiB(samples, what).toFixed(1)} MiB`;
  const within = REPORTED_SHARES.map(
    (share) => `${share * 100} % within ${percentile(answeredMs, share).toFixed(1)} ms`,
  );
  return [
    `liveness: ${answeredMs.length} probes, ${within.join(', ')}`,
    `longest turn of the event loop: ${blockCpuMs.toFixed(0)} ms of CPU time`,
    `heap after collections: ${growth('heapBytes')}`,
    `resident set: ${growth('rssBytes')}`,
  ];
}
