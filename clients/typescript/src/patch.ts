import type { Ingestion, PatchIngestionInput } from './types.js';

/** Returns true if an ingestion already has all values of a change. */
export function alreadyApplied(now: Ingestion, { schedule, ...rest }: PatchIngestionInput): boolean {
  const wanted = schedule === null ? { scheduleType: 'manual' } : schedule;
  return has(now, rest) && has(now.schedule, wanted);
}

function has(actual: unknown, wanted: unknown): boolean {
  if (wanted === undefined || actual === wanted) return true;
  if (typeof wanted !== 'object' || wanted === null || typeof actual !== 'object' || actual === null)
    return (actual ?? null) === (wanted ?? null);
  if (Array.isArray(wanted) && (!Array.isArray(actual) || actual.length !== wanted.length)) return false;
  const members = new Map<string, unknown>(Object.entries(actual));
  return Object.entries(wanted).every(([name, value]) => has(members.get(name), value));
}
