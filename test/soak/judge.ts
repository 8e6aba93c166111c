import type { ScriptedUpstream } from '../support/scripted-upstream';
import type { Told } from './bad.caller';
import { type LivenessReport, percentile } from './liveness';
import { growthMiBPerMinute, inMiB, type MemorySample } from './memory';

/** Liveness has nothing to wait for. Kubernetes gives up on a probe after a second, by default. */
const MOST_ANSWERS_WITHIN_MS = 100;
const EVERY_ANSWER_WITHIN_MS = 1_000;

/** Of what is left after collections. The upstream, the callers and their records are not in this process. */
const MAX_HEAP_GROWTH_MIB_PER_MINUTE = 4;
const MAX_RSS_GROWTH_MIB_PER_MINUTE = 12;

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
  const most = percentile(answeredMs, 0.99);
  const longest = percentile(answeredMs, 1);
  const violations = wrong.map((answer) => `liveness was answered ${answer}`);
  if (answeredMs.length < 100) violations.push(`liveness was asked ${answeredMs.length} times only`);
  if (most > MOST_ANSWERS_WITHIN_MS) violations.push(`99 % of the probes took up to ${most.toFixed(0)} ms`);
  if (longest > EVERY_ANSWER_WITHIN_MS) violations.push(`a probe took ${longest.toFixed(0)} ms`);
  return violations;
}

export function judgeMemory(samples: readonly MemorySample[]): string[] {
  const heap = growthMiBPerMinute(samples, 'heapBytes');
  const rss = growthMiBPerMinute(samples, 'rssBytes');
  const violations: string[] = [];
  if (samples.length < 5) violations.push(`memory was looked at ${samples.length} times only`);
  if (heap > MAX_HEAP_GROWTH_MIB_PER_MINUTE)
    violations.push(`the heap grew by ${heap.toFixed(1)} MiB a minute`);
  if (rss > MAX_RSS_GROWTH_MIB_PER_MINUTE)
    violations.push(`the resident set grew by ${rss.toFixed(1)} MiB a minute`);
  return violations;
}

/** What was measured, in words. */
export function describeMeasured(liveness: LivenessReport, samples: readonly MemorySample[]): string[] {
  const { answeredMs } = liveness;
  const [first, last] = [samples[0], samples.at(-1)];
  const growth = (what: 'heapBytes' | 'rssBytes'): string =>
    `${inMiB(first?.[what] ?? 0)} to ${inMiB(last?.[what] ?? 0)}, ${growthMiBPerMinute(samples, what).toFixed(2)} MiB a minute`;
  return [
    `liveness: ${answeredMs.length} probes, half within ${percentile(answeredMs, 0.5).toFixed(1)} ms, ` +
      `99 % within ${percentile(answeredMs, 0.99).toFixed(1)} ms, all within ${percentile(answeredMs, 1).toFixed(1)} ms`,
    `heap after collections: ${growth('heapBytes')}`,
    `resident set: ${growth('rssBytes')}`,
  ];
}
