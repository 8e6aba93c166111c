import type { ScriptedUpstream } from '../support/scripted-upstream';
import type { Told } from './bad-caller';
import { type LivenessReport, percentile } from './liveness';
import { growthMiB, inMiB, type MemorySample } from './memory';

/** Liveness has nothing to wait for. Kubernetes gives up on a probe after a second, by default. */
const WITHIN_MS = [
  { share: 0.5, limitMs: 20 },
  { share: 0.99, limitMs: 200 },
  { share: 1, limitMs: 1_000 },
];

/** Of what is left after collections: what the allocator gives back, and when, moves the resident set by tens of MiB. */
const MAX_HEAP_GROWTH_MIB = 4;
const MAX_RSS_GROWTH_MIB = 40;

/** What is wrong with what was made, by what callers were told. */
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
  // Who keeps to one key and goes on asking learns it in the end, whatever went wrong before.
  if (withKey && ids.size === 0) faults.push(`${name} was never told, though its caller went on asking`);
  if (ids.size === 0 && made.length > 0 && !isUnknown) faults.push(`${name} was made and nobody was told`);
  return faults;
}

export function judgeLiveness({ answeredMs, wrong }: LivenessReport): string[] {
  const violations = wrong.map((answer) => `liveness was answered ${answer}`);
  if (answeredMs.length < 100) violations.push(`liveness was asked ${answeredMs.length} times only`);
  for (const { share, limitMs } of WITHIN_MS) {
    const ms = percentile(answeredMs, share);
    if (ms > limitMs) violations.push(`${share * 100} % of the probes took up to ${ms.toFixed(0)} ms`);
  }
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

/** What was measured, in words. */
export function describeMeasured({ answeredMs }: LivenessReport, samples: readonly MemorySample[]): string[] {
  const [first, last] = [samples[0], samples.at(-1)];
  const growth = (what: 'heapBytes' | 'rssBytes'): string =>
    `${inMiB(first?.[what] ?? 0)} to ${inMiB(last?.[what] ?? 0)}, a growth of ${growthMiB(samples, what).toFixed(1)} MiB`;
  const within = WITHIN_MS.map(
    ({ share }) => `${share * 100} % within ${percentile(answeredMs, share).toFixed(1)} ms`,
  );
  return [
    `liveness: ${answeredMs.length} probes, ${within.join(', ')}`,
    `heap after collections: ${growth('heapBytes')}`,
    `resident set: ${growth('rssBytes')}`,
  ];
}
