import { nextFiring } from './next';
import type { Quartz } from './quartz';
import { offsetAt, resolveTimeOfDay } from './zone';

/** An expression that matches only skipped times this often never fires. */
const MAX_GAPS = 12;

/**
 * The first firing strictly after an instant in a time zone, or null. Like Quartz 2.3.2, it does not fire at a time of day
 * that a clock change skips, and fires once at a time that occurs twice, the second time.
 */
export function nextFiringIn(schedule: Quartz, zone: string, after: Date): Date | null {
  const startMs = Math.floor(after.getTime() / 1000) * 1000 + 1000;
  let wallMs = startMs + offsetAt(zone, startMs);
  for (let gaps = 0; gaps < MAX_GAPS; gaps++) {
    const match = nextFiring(schedule, new Date(wallMs - 1000));
    if (match === null) return null;
    const resolved = resolveTimeOfDay(zone, match.getTime());
    if ('instantMs' in resolved) return new Date(resolved.instantMs);
    wallMs = resolved.gapEndMs;
  }
  return null;
}
