const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DAYS_AHEAD = 370;

/** The next time at which the clocks of a zone are changed. */
export interface ZoneChange {
  readonly at: Date;
  readonly from: string;
  readonly to: string;
}

/** @returns null for a zone that keeps its offset for a year */
export function nextZoneChange(timeZone: string, nowMs: number): ZoneChange | null {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  const offsetAt = (ms: number): string => {
    const part = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    return part === 'GMT' ? 'UTC' : part.replace('GMT', 'UTC');
  };
  const from = offsetAt(nowMs);
  let dayMs = nowMs;
  for (let days = 0; days < DAYS_AHEAD && offsetAt(dayMs) === from; days += 1) dayMs += DAY_MS;
  if (offsetAt(dayMs) === from) return null;
  // Clocks are changed on a full or a quarter hour; one hour is close enough to show the day.
  let hourMs = dayMs - DAY_MS;
  while (offsetAt(hourMs) === from) hourMs += HOUR_MS;
  return { at: new Date(Math.floor(hourMs / HOUR_MS) * HOUR_MS), from, to: offsetAt(hourMs) };
}
