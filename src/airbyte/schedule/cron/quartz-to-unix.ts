/** Converts a Quartz expression to Unix cron if possible. */
import type { CronExpression } from './expression';
import { type Field, QUARTZ_WEEKDAY } from './field';
import { plainSpelling, type FieldForm } from './field-form';
import { type Item, parseItem, wrapsAround } from './item';
import { UNIX_FIELDS } from './unix-to-quartz';

/** Formats consecutive values as ranges: `0-2,22`. */
function asRanges(values: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const value of values) {
    const run = ranges.at(-1);
    if (run && run[1] === value - 1) run[1] = value;
    else ranges.push([value, value]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${String(from)}-${String(to)}`)).join(',');
}

function itemText(text: string, item: Item, field: Field): string | null {
  if (wrapsAround(item)) return null;
  if (!item.from || item.to || item.step === null) return text;
  return item.from.value === field.min
    ? `*/${String(item.step)}`
    : text.replace('/', `-${String(field.max)}/`);
}

function numberField(form: FieldForm, field: Field): string | null {
  if (!form.values) return null;
  const texts = plainSpelling(form)
    .split(',')
    .map((text) => {
      const item = parseItem(text, field);
      return item && itemText(text, item, field);
    });
  return texts.includes(null) ? asRanges(form.values) : texts.join(',');
}

function weekdayField(form: FieldForm): string | null {
  if (form.text === '*' || !form.values) return form.text === '*' ? '*' : null;
  const named = /^[A-Za-z]{3}(?:-[A-Za-z]{3})?$/.test(form.text)
    ? parseItem(form.text, QUARTZ_WEEKDAY)
    : null;
  if (named && !wrapsAround(named)) return form.text;
  return asRanges(form.values.map((value) => value - 1));
}

/**
 * Five Unix fields with the same firings; null for seconds, years and forms such as `L` that Unix cron lacks.
 */
export function unixForm(expression: CronExpression): string | null {
  if (expression.dialect === 'unix') return expression.text;
  const [second, minute, hour, dayOfMonth, month, weekday, year] = expression.forms;
  if (!minute || !hour || !dayOfMonth || !month || !weekday) return null;
  if (second?.values?.[0] !== 0 || (year && year.text !== '*')) return null;
  const numbers = [minute, hour, dayOfMonth, month].map((form, index) => {
    const field = UNIX_FIELDS[index];
    return form.text === '?' || !field ? '*' : numberField(form, field);
  });
  const texts = [...numbers, weekday.text === '?' ? '*' : weekdayField(weekday)];
  return texts.includes(null) ? null : texts.join(' ');
}
