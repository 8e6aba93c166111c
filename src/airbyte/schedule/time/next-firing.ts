/** Next firing of a rule in a time zone. Follows Quartz 2.3.2 on days with clock changes. */
import { firstMatch } from '../cron/next-match';
import type { CronRule } from '../cron/rule';
import { resolveWallTime, UTC, type Zone } from './zone';

/** A rule that matches only skipped times this often never fires. */
const MAX_GAPS_IN_A_ROW = 12;

/**
 * First firing strictly after an instant, in ms since 1970; null if there is none. Skipped local times do not
 * fire; repeated ones fire once, at the second occurrence. Fractions of a second are dropped, as in Quartz.
 */
export function nextFiring(rule: CronRule, zone: Zone, afterMs: number): number | null {
  const startMs = Math.floor(afterMs / 1000) * 1000 + 1000;
  if (zone === UTC) return firstMatch(rule, startMs);
  let wallMs = startMs + zone.offsetAt(startMs);
  for (let gaps = 0; gaps < MAX_GAPS_IN_A_ROW; gaps++) {
    const matchMs = firstMatch(rule, wallMs);
    if (matchMs === null) return null;
    const resolution = resolveWallTime(zone, matchMs);
    if (resolution.kind === 'instant') return resolution.instantMs;
    wallMs = resolution.endWallMs;
  }
  return null;
}

/** The next `count` firings strictly after an instant; fewer if the rule ends. */
export function nextFirings(rule: CronRule, zone: Zone, afterMs: number, count: number): Date[] {
  const firings: Date[] = [];
  let next = count > 0 ? nextFiring(rule, zone, afterMs) : null;
  while (next !== null) {
    firings.push(new Date(next));
    next = firings.length < count ? nextFiring(rule, zone, next) : null;
  }
  return firings;
}
