/** Recognizes schedule notations of other tools that Airbyte does not support, and suggests a replacement. */
import { plainFields, readExpression } from './cron/expression';
import type { FieldFault } from './cron/field-form';
import { intervalHint, phraseFault } from './phrases';
import { findZone } from './time/zone';

const NICKNAMES: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

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
  const reason = `the time zone "${zone}" cannot be part of the expression`;
  return /^utc$/i.test(zone)
    ? { reason, hint: `leave the zone out: "${rest}"` }
    : {
        reason,
        hint: 'leave the zone out',
        zoned: { expression: rest, zone },
      };
}

/** Text around an expression: quotes, a semicolon, the comment or the command of a crontab line. */
const SURROUNDINGS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^["'`](.*)["'`]$/, 'quotes'],
  [/^(.*[^;\s])\s*;$/, 'a semicolon'],
  [/^(.*\S) #.*$/, 'a comment'],
  [
    /^((?:\S+ ){4}\S+) (?!sun|mon|tue|wed|thu|fri|sat)(?:[~./]|[a-z]\S*[./-]|[a-z]{4,}(?: |$)).*$/i,
    'a command',
  ],
];

function surroundedFault(text: string): FieldFault | null {
  for (const [pattern, name] of SURROUNDINGS) {
    const inner = pattern.exec(text)?.[1]?.trim();
    const fields = inner?.split(' ') ?? [];
    if (inner === undefined || fields.length < 5 || fields.length > 7 || !readExpression(fields).ok) continue;
    return { reason: `the expression has ${name}`, hint: `write "${inner}"` };
  }
  return null;
}

/** Fault of a foreign notation; null if the text can be parsed as cron. */
export function foreignFormFault(text: string): FieldFault | null {
  return (
    nicknameFault(text) ?? awsFault(text) ?? phraseFault(text) ?? zoneFault(text) ?? surroundedFault(text)
  );
}
