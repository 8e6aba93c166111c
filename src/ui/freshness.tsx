import type { JSX } from 'preact';
import { duration } from './format';

const UNITS_MS = { W: 604_800_000, D: 86_400_000, H: 3_600_000, M: 60_000, S: 1000 } as const;

/** An ISO 8601 duration of weeks, days, hours, minutes and seconds as `26 h`. */
export function durationWords(iso: string): string {
  let ms = 0;
  for (const [, number, unit] of iso.matchAll(/(\d+)([WDHMS])/g))
    ms += Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS]; // the expression has these letters only
  return duration(ms);
}

interface ObjectiveProps {
  /** Null: none was set. */
  readonly freshness: string | null;
  readonly isStale: boolean;
}

/** Whether the data is within its freshness objective. */
export function Objective({ freshness, isStale }: ObjectiveProps): JSX.Element | null {
  if (freshness === null) return null;
  const limit = durationWords(freshness);
  return isStale ? (
    <span class="over">over the limit of {limit}</span>
  ) : (
    <span>within the limit of {limit}</span>
  );
}
