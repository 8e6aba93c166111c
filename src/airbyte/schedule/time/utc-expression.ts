/** Converts an expression from a time zone to UTC, for hints. */
import { type Zone } from './zone';

const HOUR_MS = 3_600_000;
const YEAR_MS = 366 * 24 * HOUR_MS;

interface UtcExpression {
  readonly expression: string;
  /** Whether the zone has daylight saving time, so that the local time of firings shifts. */
  readonly shifts: boolean;
}

/**
 * Returns an expression in UTC with the same current firings; null if more than the hours must change:
 * fractional offsets, steps or ranges of hours, or a firing that moves to another day while the expression
 * restricts days.
 */
function utcExpression(cronExpression: string, zone: Zone, now: Date): UtcExpression | null {
  const fields = cronExpression.trim().split(/\s+/);
  const isUnix = fields.length === 5;
  if (!isUnix && fields.length !== 6) return null;
  const hourIndex = isUnix ? 1 : 2;
  const hours = (fields[hourIndex] ?? '')
    .split(',')
    .map((text) => (/^\d{1,2}$/.test(text) ? Number(text) : Number.NaN));
  const offsetHours = zone.offsetAt(now.getTime()) / HOUR_MS;
  if (!Number.isInteger(offsetHours) || hours.some((hour) => !(hour <= 23))) return null;
  const moved = hours.map((hour) => hour - offsetHours);
  const isEveryDay = fields.slice(hourIndex + 1).every((field) => field === '*' || field === '?');
  if (!isEveryDay && moved.some((hour) => hour < 0 || hour > 23)) return null;
  fields[hourIndex] = [...new Set(moved.map((hour) => (hour + 48) % 24))].sort((a, b) => a - b).join(',');
  return { expression: fields.join(' '), shifts: hasSummerTime(zone, now.getTime()) };
}

/** Proposal of an expression in UTC, with a warning if its local time shifts; null if more than the hours must change. */
export function utcProposal(cronExpression: string, zone: Zone, now: Date): string | null {
  const utc = utcExpression(cronExpression, zone, now);
  if (!utc) return null;
  const shift = utc.shifts ? `; its time in ${zone.name} shifts by an hour when the clocks change` : '';
  return `write "${utc.expression}" in UTC${shift}`;
}

function hasSummerTime(zone: Zone, nowMs: number): boolean {
  const offset = zone.offsetAt(nowMs);
  for (let ms = nowMs; ms < nowMs + YEAR_MS; ms += 30 * 24 * HOUR_MS)
    if (zone.offsetAt(ms) !== offset) return true;
  return false;
}
