/** Recognizes schedule notations of other tools that Airbyte does not support, and suggests a replacement. */
import { type BasicInterval, parseBasicTiming } from './basic/interval';
import { plainFields, readExpression } from './cron/expression';
import type { FieldFault } from './cron/field-form';
import { findZone } from './time/zone';

const NAMED_INTERVALS: Readonly<Partial<Record<string, string>>> = {
  hourly: '1h',
  daily: '1d',
  weekly: '1w',
};

const NICKNAMES: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Interval that `6 hours`, `6h`, `PT6H` or `hourly` means; null if none. */
export function guessInterval(text: string): BasicInterval | null {
  const letters: Record<string, string> = { m: 'minutes', h: 'hours', d: 'days', w: 'weeks' };
  const named = NAMED_INTERVALS[text.trim().toLowerCase()];
  const iso = /^P(?:T(?=[0-9]+[MH])|(?=[0-9]+[DW]))([0-9]+)([A-Z])$/i.exec(text.trim());
  const plain = named ?? (iso ? `${iso[1] ?? ''}${iso[2] ?? ''}` : text.trim().replace(/^every\s+/i, ''));
  const spelled = plain.replace(/^([0-9]+)\s*([mhdw])$/i, (_, units: string, letter: string) => {
    return `${units} ${letters[letter.toLowerCase()] ?? letter}`;
  });
  return parseBasicTiming(`every ${/^[a-z]/i.test(spelled) ? `1 ${spelled}` : spelled}`);
}

/** Hint that suggests a basic schedule. */
function intervalHint(text: string): Pick<FieldFault, 'hint' | 'interval'> {
  const interval = guessInterval(text);
  return interval
    ? { hint: '', interval }
    : { hint: 'use scheduleType basic with a basicTiming such as "Every 6 HOURS"' };
}

function nicknameFault(text: string): FieldFault | null {
  if (!text.startsWith('@')) return null;
  const reason = `nicknames such as "${text}" are not supported`;
  const every = /^@every\s+(.+)$/i.exec(text);
  if (every) return { reason, ...intervalHint(every[1] ?? '') };
  const expression = NICKNAMES[text.toLowerCase()];
  return {
    reason,
    hint: expression ? `write "${expression}"` : 'write a Unix or Quartz expression, such as "0 2 * * *"',
  };
}

/** AWS expressions have no second and end with a year; weekdays count as in Quartz. */
function awsFault(text: string): FieldFault | null {
  const match = /^(cron|rate)\s*\((.*)\)$/i.exec(text);
  if (!match) return null;
  const [, form = '', inner = ''] = match;
  const reason = `the AWS form ${form.toLowerCase()}(…) is not supported`;
  if (form.toLowerCase() === 'rate') return { reason, ...intervalHint(inner) };
  const reading = readExpression(['0', ...inner.trim().split(/\s+/)]);
  const fallback = 'write the Quartz form: six fields that begin with the second, such as "0 0 2 * * ?"';
  return { reason, hint: reading.ok ? `write "${plainFields(reading.expression).join(' ')}"` : fallback };
}

const NUMBER_WORDS: Record<string, string> = {
  half: '30 minutes',
  a: '1',
  an: '1',
  one: '1',
  two: '2',
  other: '2',
};
const DAILY = /^(?:every ?day|daily|each day|everyday)(?: at)?(?: (\d{1,2})(?::(\d{2}))?(?: ?(am|pm))?)?$/i;
const NAMED: Record<string, string> = {
  hourly: '0 * * * *',
  daily: '0 0 * * *',
  nightly: '0 2 * * *',
  midnight: '0 0 * * *',
  noon: '0 12 * * *',
  weekly: '0 0 * * 0',
  monthly: '0 0 1 * *',
  yearly: '0 0 1 1 *',
  annually: '0 0 1 1 *',
};
/** English phrases and ISO 8601 durations. */
function proseFault(text: string): FieldFault | null {
  const reason = `"${text.slice(0, 40)}" is not a cron expression`;
  if (/^P(?:T\d+[HM]|\d+[DW])$/i.test(text)) return { reason, ...intervalHint(text) };
  const named = NAMED[text.toLowerCase()];
  if (named) return { reason, hint: `write "${named}"` };
  const daily = DAILY.exec(text);
  if (daily) return { reason, hint: `write "${dailyExpression(daily)}"` };
  const every = /^(?:every|each) (?:(\d+|half|an?|one|two|other) )?(minute|hour|day|week)s?$/i.exec(text);
  if (!every) return null;
  const [, count = '1', unit = ''] = every;
  return { reason, ...intervalHint(`${NUMBER_WORDS[count.toLowerCase()] ?? count} ${unit}s`) };
}

function dailyExpression([, hours = '0', minutes = '0', half]: RegExpExecArray): string {
  const twelve = Number(hours) % 12;
  const hour = half === undefined ? Number(hours) : twelve + (/pm/i.test(half) ? 12 : 0);
  return `${String(Math.min(59, Number(minutes)))} ${String(Math.min(23, hour))} * * *`;
}

function isZone(word: string): boolean {
  if (/^[+-][0-9]{2}:?[0-9]{2}$/.test(word) || /^(?:z|(?:utc|gmt)[+-][0-9:]+)$/i.test(word)) return true;
  return /^[A-Za-z]{3}/.test(word) && findZone(word) !== null;
}

/** A time zone before or after the fields. A trailing `UTC` was already removed. */
function zoneFault(text: string): FieldFault | null {
  const words = text.split(' ');
  const last = words.at(-1) ?? '';
  const glued = /^[?*]([A-Za-z].*)$/.exec(last)?.[1];
  const leading = /^(?:CRON_)?TZ=(.*)$/i.exec(words[0] ?? '')?.[1];
  const zone = leading ?? [glued, last].find((word) => word !== undefined && isZone(word));
  if (zone === undefined) return null;
  const rest = leading === undefined ? text.slice(0, -zone.length).trim() : words.slice(1).join(' ');
  const hint = /^utc$/i.test(zone)
    ? `leave the zone out: "${rest}"`
    : `Airbyte's public API fires in UTC: leave the zone out and write the times in UTC, "${rest}"`;
  return { reason: `the time zone "${zone}" cannot be part of the expression`, hint };
}

/** Fault of a foreign notation; null if the text can be parsed as cron. */
export function foreignFormFault(text: string): FieldFault | null {
  return nicknameFault(text) ?? awsFault(text) ?? proseFault(text) ?? zoneFault(text);
}
