/**
 * Parses Quartz fields as strictly as both of Airbyte's libraries together (cron-utils 9.2.1, Quartz 2.3.2):
 * rejects fields that one of them rejects or that they read differently.
 */
import {
  DAY_OF_MONTH,
  type Field,
  HOUR,
  MINUTE,
  MONTH,
  numberOfName,
  QUARTZ_WEEKDAY,
  SECOND,
  YEAR,
} from './field';
import { accepted, ascending, type FieldReader, type FieldReading, refused } from './field-form';
import { type Item, parseItem, valuesOf, wrapsAround } from './item';
import { allowedValues, longestPlainStep, unparsableItem, outOfRange } from './item-faults';

/** cron-utils misreads stepped ranges that wrap around. Stepped weekdays are always listed. */
function isPlain(item: Item, field: Field, alone: boolean): boolean {
  if (!item.from) return alone || item.step !== null;
  if (!item.to || item.step === null) return true;
  return !wrapsAround(item) && field !== QUARTZ_WEEKDAY;
}

function listed(values: readonly number[], field: Field): string {
  return values.map((value) => field.names[value - field.firstName] ?? String(value)).join(',');
}

function namesFault(text: string, item: Item, field: Field): FieldReading | null {
  if (!item.from) return null;
  const mixed = item.to !== null && item.to.named !== item.from.named;
  if (!mixed && !(item.from.named && item.step !== null)) return null;
  const reason = mixed
    ? `the ${field.label} range "${text}" mixes a name and a number`
    : `Quartz ignores the step of "${text}" after a name`;
  return refused(reason, `write ${listed(valuesOf(item, field), field)}`);
}

function readItem(text: string, field: Field): Item | FieldReading {
  const item = parseItem(text, field);
  if (!item) return { ok: false, fault: unparsableItem(text, field) };
  const fault = outOfRange(item, field, longestPlainStep(field));
  if (fault) return { ok: false, fault };
  if (field === YEAR && wrapsAround(item))
    return refused(`the year range "${text}" runs backwards`, 'write the earlier year first');
  return namesFault(text, item, field) ?? item;
}

function readQuartzField(words: string, field: Field): FieldReading {
  if (words === '?') {
    return refused(
      `"?" is not allowed in the ${field.label}`,
      'only one of day of month and day of week may be ?',
    );
  }
  const texts = words.split(',');
  const values: number[] = [];
  let plain = true;
  for (const text of texts) {
    const item = readItem(text, field);
    if ('ok' in item) return item;
    values.push(...valuesOf(item, field));
    plain = plain && isPlain(item, field, texts.length === 1);
  }
  return accepted({ text: words, values: ascending(values), plain: plain ? words : null });
}

function special(words: string): FieldReading {
  return accepted({ text: words, values: null, plain: words });
}

function specialInList(words: string, field: Field): FieldReading | null {
  if (!words.includes(',') || !/(?:^|,)(?:L|LW|L-[0-9]+|[0-9]+[LW]|[A-Z]{3}L|\w+#[0-9]+)(?:,|$)/i.test(words))
    return null;
  return refused(
    `Quartz cannot list "${words}" in the ${field.label}`,
    'L, W and # stand alone: make one ingestion for each',
  );
}

function readDayOfMonth(words: string): FieldReading {
  if (words === '?' || /^LW?$/i.test(words)) return special(words);
  const numbered = /^(?:L-([0-9]+)|([0-9]+)W)$/i.exec(words);
  if (!numbered) return specialInList(words, DAY_OF_MONTH) ?? readQuartzField(words, DAY_OF_MONTH);
  const [, before, day] = numbered;
  if (before !== undefined && (Number(before) < 1 || Number(before) > 30)) {
    return refused(
      `"${words}" in the day of month is out of range`,
      'write L-1 to L-30, or L for the last day',
    );
  }
  if (day !== undefined && (Number(day) < 1 || Number(day) > 31)) {
    return refused(`"${words}" in the day of month is out of range`, 'write 1W to 31W');
  }
  return special(words);
}

function readWeekday(words: string): FieldReading {
  if (words === '?') return special(words);
  if (/^L$/i.test(words)) return accepted({ text: words, values: [7], plain: words });
  const match = /^([0-9]+|[A-Z]{3})(?:L|#([0-9]+))$/i.exec(words);
  if (!match) return specialInList(words, QUARTZ_WEEKDAY) ?? readQuartzField(words, QUARTZ_WEEKDAY);
  const [, day = '', nth] = match;
  const weekday = /^[0-9]/.test(day) ? Number(day) : numberOfName(day, QUARTZ_WEEKDAY);
  if (weekday === undefined || weekday < 1 || weekday > 7) {
    return refused(
      `the day of week "${day}" in "${words}" is not known`,
      `write ${allowedValues(QUARTZ_WEEKDAY)}; 1 is Sunday`,
    );
  }
  if (nth !== undefined && (Number(nth) < 1 || Number(nth) > 5)) {
    return refused(`"${words}" asks for week ${nth} of a month`, 'write #1 to #5 after the day of the week');
  }
  return special(words);
}

/** Airbyte parses the second with Integer.valueOf. */
function readSecond(words: string): FieldReading {
  if (/^[0-9]+$/.test(words) && Number(words) <= SECOND.max) {
    return accepted({ text: words, values: [Number(words)], plain: words });
  }
  return refused(
    `the second "${words}" is not one number from 0 to 59`,
    'Airbyte starts a sync at most once a minute: write 0',
  );
}

/** Parsers of the seven fields in order. */
export const quartzReaders: readonly FieldReader[] = [
  readSecond,
  (words) => readQuartzField(words, MINUTE),
  (words) => readQuartzField(words, HOUR),
  readDayOfMonth,
  (words) => readQuartzField(words, MONTH),
  readWeekday,
  (words) => readQuartzField(words, YEAR),
];
