/** Recognizes schedules in English words and ISO 8601 durations, and suggests an expression or a timing for them. */
import { type BasicInterval, parseBasicTiming } from './basic/interval';
import type { FieldFault } from './cron/field-form';

const UNITS: ReadonlyMap<string, string> = new Map([
  ['m', 'minutes'],
  ['min', 'minutes'],
  ['h', 'hours'],
  ['hr', 'hours'],
  ['d', 'days'],
  ['w', 'weeks'],
  ['wk', 'weeks'],
]);
const NUMBERS: ReadonlyMap<string, string> = new Map([
  ['a', '1'],
  ['an', '1'],
  ['one', '1'],
  ['two', '2'],
  ['other', '2'],
  ['second', '2'],
  ['three', '3'],
  ['third', '3'],
  ['four', '4'],
  ['five', '5'],
  ['six', '6'],
  ['ten', '10'],
  ['twelve', '12'],
]);
const NAMED_INTERVALS: ReadonlyMap<string, string> = new Map([
  ['hourly', '1 hours'],
  ['daily', '1 days'],
  ['weekly', '1 weeks'],
  ['half hour', '30 minutes'],
]);
const TIMES_A_DAY: ReadonlyMap<string, number> = new Map([
  ['once', 1],
  ['twice', 2],
  ['thrice', 3],
]);

/** Interval that `6 hours`, `6h`, `PT6H` or `hourly` means; null if none. */
export function guessInterval(text: string): BasicInterval | null {
  const plain = text.trim().toLowerCase();
  const iso = /^(?:r[0-9]*\/)?p(?:t(?=[0-9]+[mh])|(?=[0-9]+[dw]))([0-9]+[a-z])$/.exec(plain)?.[1];
  const words = iso ?? plain.replace(/^(?:every|each)\s+/, '').replace(/^half an? /, 'half ');
  const [, count, unit = ''] = /^([0-9]+|[a-z]+ )?\s*([a-z]+?)s?$/.exec(words) ?? [];
  const units = count === undefined ? '1' : (NUMBERS.get(count.trim()) ?? count.trim());
  return parseBasicTiming(`every ${NAMED_INTERVALS.get(words) ?? `${units} ${UNITS.get(unit) ?? unit}`}`);
}

/** Hint that suggests a basic schedule. */
export function intervalHint(text: string): Pick<FieldFault, 'hint' | 'interval'> {
  const interval = guessInterval(text);
  return interval
    ? { hint: '', interval }
    : { hint: 'use scheduleType basic with a basicTiming such as "Every 6 HOURS"' };
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['hourly', '0 * * * *'],
  ['nightly', '0 2 * * *'],
  ['weekly', '0 0 * * 0'],
  ['monthly', '0 0 1 * *'],
  ['every month', '0 0 1 * *'],
  ['yearly', '0 0 1 1 *'],
  ['every year', '0 0 1 1 *'],
  ['annually', '0 0 1 1 *'],
]);
/** Words that begin a phrase. No field of an expression begins with them. */
const BEGINS_PHRASE = /^(?:every|each|once|twice|thrice|daily|at|between|from)\b/i;

/** Fault of English phrases and ISO 8601 durations. */
export function phraseFault(text: string): FieldFault | null {
  const reason = `"${text.slice(0, 40)}" is not a cron expression`;
  const words = text.toLowerCase();
  const expression = NAMED.get(words) ?? expressionOf(words);
  if (expression !== null) return { reason, hint: `write "${expression}"` };
  const interval = intervalADay(words) ?? guessInterval(text);
  if (interval) return { reason, hint: '', interval };
  if (!BEGINS_PHRASE.test(text)) return null;
  return { reason, hint: 'write a Unix or Quartz expression, such as "0 2 * * *"' };
}

/** `twice a day`, `4 times daily`: the interval between them; null for times that do not divide a day into hours. */
function intervalADay(words: string): BasicInterval | null {
  const [, often = ''] =
    /^(once|twice|thrice|[0-9]{1,2} times) (?:(?:a|per|each|every) day|daily)$/.exec(words) ?? [];
  const times = TIMES_A_DAY.get(often) ?? Number.parseInt(often, 10);
  return times > 0 && 24 % times === 0 ? { units: 24 / times, unit: 'HOURS' } : null;
}

const DAYS: readonly (readonly [pattern: RegExp, days: string])[] = [
  [/^(?:weekday|workday)s?$/, 'MON-FRI'],
  [/^weekends?$/, 'SAT,SUN'],
  [/^(sun(day)?|mon(day)?|tue(s(day)?)?|wed(nesday)?|thu(rs(day)?)?|fri(day)?|sat(urday)?)s?$/, ''],
];
const FILLER = /^(?:every|each|on|at|and|the|o'clock)$/;
const ALL_DAYS = /^(?:daily|everyday|days?)$/;
const TIME = /^([0-9]{1,2})(?::([0-9]{2}))?(am|pm)?$/;
const NAMED_TIMES: ReadonlyMap<string, string> = new Map([
  ['noon', '12:00'],
  ['midnight', '0:00'],
  ['night', '2:00'],
]);

/** The Unix expression of a time of day, on all or some days of the week: `weekdays at 9`; null for other words. */
function expressionOf(words: string): string | null {
  // A number without `:`, `am` or `pm` is a time only behind these words: `every 2 days` is an interval.
  const timed = words
    .replace(/([0-9]) (am|pm)\b/g, '$1$2')
    .replace(/\b(at|daily) ([0-9]{1,2})(?= |$)/, '$1 $2:00');
  const tokens = timed.split(/[ ,]+/);
  const days = tokens.flatMap((token) => daysOf(token) ?? []);
  const times = tokens.filter(isTime);
  const rest = tokens.filter((token) => !isTime(token) && daysOf(token) === null && !FILLER.test(token));
  if (times.length > 1 || !rest.every((token) => ALL_DAYS.test(token))) return null;
  if (times.length + days.length + rest.length === 0) return null;
  const time = NAMED_TIMES.get(times[0] ?? '') ?? times[0] ?? '';
  const [, hours = '0', minutes = '0', half] = TIME.exec(time) ?? [];
  const hour = half === undefined ? Number(hours) : (Number(hours) % 12) + (half === 'pm' ? 12 : 0);
  if (hour > 23 || Number(minutes) > 59) return null;
  return `${String(Number(minutes))} ${String(hour)} * * ${days.join(',') || '*'}`;
}

function isTime(token: string): boolean {
  return NAMED_TIMES.has(token) || (TIME.test(token) && /[:m]/.test(token));
}

/** Days of the week, as an expression names them; null for other words. */
function daysOf(token: string): string | null {
  const found = DAYS.find(([pattern]) => pattern.test(token));
  return found ? found[1] || token.slice(0, 3).toUpperCase() : null;
}
