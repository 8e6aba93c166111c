import type { TimeUnit } from './metadata';

const DAY_S = 86_400n;

/** The fractional digits of a second in each unit. */
const DIGITS = { MILLIS: 3, MICROS: 6, NANOS: 9 } as const;

/** A date in ISO 8601, or in Postgres' format before the year 1. */
export function dateText(days: number): string {
  const { date, era } = dateOf(days);
  return date + era;
}

/**
 * A time of day with every digit of its unit. A time in UTC may be negative, if the day before has not ended in its
 * original time zone.
 */
export function timeOfDayText(value: bigint, unit: TimeUnit, inUtc: boolean): string {
  const day = DAY_S * 10n ** BigInt(DIGITS[unit]);
  const inDay = inUtc && value < 0n && value > -day ? value + day : value;
  if (inDay < 0n || inDay > day) throw new Error(`${value} ${unit.toLowerCase()} is not a time of day`);
  return timeText(inDay, unit);
}

function timeText(value: bigint, unit: TimeUnit): string {
  const digits = DIGITS[unit];
  const perSecond = 10n ** BigInt(digits);
  const seconds = Number(value / perSecond);
  const two = (number: number): string => String(number).padStart(2, '0');
  const fraction = String(value % perSecond).padStart(digits, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${fraction}`;
}

/** A timestamp counted from 1970, with or without a zone. */
export function timestampText(value: bigint, unit: TimeUnit, zone: '+00:00' | ''): string {
  const perDay = DAY_S * 10n ** BigInt(DIGITS[unit]);
  const inDay = ((value % perDay) + perDay) % perDay;
  const { date, era } = dateOf(Number((value - inDay) / perDay));
  return `${date}T${timeText(inDay, unit)}${zone}${era}`;
}

/** Dates beyond JavaScript's range of 270,000 years. The calendar repeats every 146,097 days. */
function dateOf(days: number): { date: string; era: '' | ' BC' } {
  const [cycle, perCycle] = [Math.floor(days / 146_097), 146_097];
  const within = new Date((days - cycle * perCycle) * 86_400_000);
  const year = within.getUTCFullYear() + cycle * 400;
  const text = within.toISOString().slice(4, 10);
  // The year before 1 is 1 BC, because there is no year 0.
  return { date: String(year > 0 ? year : 1 - year).padStart(4, '0') + text, era: year > 0 ? '' : ' BC' };
}
