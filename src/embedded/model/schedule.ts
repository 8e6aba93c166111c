export const TIME_UNITS = ['minutes', 'hours', 'days', 'weeks', 'months'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

/** Schedule of a connection. `basic` is an interval from the start of the previous job. */
export type Schedule =
  | { readonly kind: 'manual' }
  | { readonly kind: 'cron'; readonly expression: string; readonly timeZone: string }
  | { readonly kind: 'basic'; readonly timeUnit: TimeUnit; readonly units: number };

const MINUTE_MS = 60_000;

/** As in Airbyte, a month has 30 days. */
const UNIT_MS: Readonly<Record<TimeUnit, number>> = {
  minutes: MINUTE_MS,
  hours: 60 * MINUTE_MS,
  days: 24 * 60 * MINUTE_MS,
  weeks: 7 * 24 * 60 * MINUTE_MS,
  months: 30 * 24 * 60 * MINUTE_MS,
};

/** The length of an interval in milliseconds. */
export function intervalMs({ timeUnit, units }: { timeUnit: TimeUnit; units: number }): number {
  return units * UNIT_MS[timeUnit];
}
