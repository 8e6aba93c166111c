/** Faults of a field's items in both dialects, with fixes. */
import type { TimeUnit } from '../basic/interval';
import { type Field, numberOfName } from './field';
import type { FieldFault } from './field-form';
import type { Item } from './item';

/** Longest step that Airbyte's first validation (cron-utils) accepts. */
export function longestPlainStep(field: Field): number {
  return field.size - 1;
}

export function allowedValues(field: Field): string {
  const names = field.names.length > 0 ? ` or ${field.names[0] ?? ''} to ${field.names.at(-1) ?? ''}` : '';
  return `${String(field.min)} to ${String(field.max)}${names}`;
}

function shortName(text: string, field: Field): string | null {
  if (text.length === 2 && /^[A-Za-z]{2}$/.test(text)) {
    // Two-letter names as in iCalendar.
    const names = field.names.filter((name) => name.startsWith(text.toUpperCase()));
    return names.length === 1 ? (names[0] ?? null) : null;
  }
  const short = text.slice(0, 3).toUpperCase();
  return text.length > 3 && /^[A-Za-z]+$/.test(text) && numberOfName(short, field) !== undefined
    ? short
    : null;
}

/** Fault of an item that cannot be parsed. */
export function unparsableItem(text: string, field: Field): FieldFault {
  const reason =
    text === ''
      ? `the ${field.label} list has an empty entry`
      : `the ${field.label} "${text}" is not understood`;
  if (/^\/[0-9]+$/.test(text)) return { reason, hint: `write *${text}` };
  const short = text.split('-').map((name) => shortName(name, field) ?? name);
  if (
    short.join('-') !== text &&
    short.every((name) => numberOfName(name.toUpperCase(), field) !== undefined)
  )
    return { reason, hint: `names have three letters: write ${short.join('-')}` };
  if (/^H\b/i.test(text)) return { reason, hint: `Airbyte has no hashed values: write ${String(field.min)}` };
  return {
    reason,
    hint: `write ${allowedValues(field)}, ranges such as a-b, steps such as */n, or a comma-separated list`,
  };
}

/** Fault of a number or a step outside the field's range; null if valid. */
export function outOfRange(item: Item, field: Field, longestStep: number): FieldFault | null {
  const wrong = [item.from, item.to].find((b) => b && (b.value < field.min || b.value > field.max));
  if (wrong) {
    return {
      reason: `the ${field.label} ${String(wrong.value)} is outside of ${String(field.min)} to ${String(field.max)}`,
      hint: outOfRangeHint(field),
    };
  }
  if (item.step === null || (item.step >= 1 && item.step <= longestStep)) return null;
  const reason = `the ${field.label} step ${String(item.step)} is outside of 1 to ${String(longestStep)}`;
  return item.step === 0
    ? { reason, hint: 'leave the step out' }
    : { reason, ...longStep(item.step, item, field) };
}

const UNITS: Readonly<Partial<Record<string, TimeUnit>>> = {
  minute: 'MINUTES',
  hour: 'HOURS',
  'day of month': 'DAYS',
};

/** The hint for a step after which its field has started anew. One of all values was meant as an interval. */
function longStep(units: number, item: Item, field: Field): Pick<FieldFault, 'hint' | 'interval'> {
  const hint = `a step restarts with every ${enclosingUnit(field)}`;
  const unit = UNITS[field.label];
  return unit !== undefined && item.from === null
    ? { hint, interval: { units, unit } }
    : { hint: `${hint}: leave it out, or list the values` };
}

function outOfRangeHint(field: Field): string {
  if (field.label !== 'day of week') return `write ${allowedValues(field)}`;
  return field.min === 0
    ? 'in Unix cron 0 and 7 are Sunday and 6 is Saturday, or write SUN to SAT'
    : 'in Quartz 1 is Sunday and 7 is Saturday, or write SUN to SAT';
}

function enclosingUnit(field: Field): string {
  const wholes: Record<string, string> = {
    second: 'minute',
    minute: 'hour',
    hour: 'day',
    'day of month': 'month',
    month: 'year',
    'day of week': 'week',
  };
  return wholes[field.label] ?? 'round';
}
