/** Validates cron expressions before anything is sent upstream. */
import { timingHint } from './basic/interval';
import { type CronExpression, type ExpressionReading, plainFields, readExpression } from './cron/expression';
import type { FieldFault } from './cron/field-form';
import { smallestGapMinutes } from './cron/frequency';
import { quartzRule } from './cron/quartz-rule';
import type { CronRule } from './cron/rule';
import { foreignFormFault } from './refused-forms';
import type { Refusal, ScheduleFault } from './schedule-types';
import { nextFiring } from './time/next-firing';
import { utcProposal } from './time/utc-expression';
import { findZone, type Zone } from './time/zone';

const MAX_LENGTH = 255;

export interface AcceptedCron {
  readonly ok: true;
  readonly expression: CronExpression;
  readonly rule: CronRule;
}

/** Start time and zone for computing firings, and the minimum interval. */
export interface CronLimits {
  readonly from: Date;
  readonly zone: Zone;
  readonly minIntervalMinutes: number;
}

function refuse(...faults: FieldFault[]): Refusal {
  return { ok: false, faults: faults.map((fault): ScheduleFault => ({ field: 'cronExpression', ...fault })) };
}

/** Normalizes whitespace and removes a trailing `UTC`, as Airbyte does. */
export function normaliseExpression(text: string): string {
  return text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/ ?UTC$/, '');
}

function countFault(count: number): FieldFault {
  return {
    reason: `the expression has ${String(count)} field${count === 1 ? '' : 's'}`,
    hint: 'write five fields (Unix: minute hour day-of-month month day-of-week), or six or seven (Quartz: second first, year last)',
  };
}

function read(text: string): ExpressionReading {
  const refused = (fault: FieldFault): ExpressionReading => ({ ok: false, faults: [fault] });
  if (text.length > MAX_LENGTH) {
    return refused({
      reason: `the expression is longer than ${String(MAX_LENGTH)} characters`,
      hint: 'use ranges and steps in place of long lists, or make several ingestions',
    });
  }
  const normalised = normaliseExpression(text);
  if (normalised === '') {
    return refused({
      reason: 'the expression is empty',
      hint: 'write a Unix or Quartz expression, such as "0 2 * * *"',
    });
  }
  const foreign = foreignFormFault(normalised);
  if (foreign) return refused(foreign);
  const fields = normalised.split(' ');
  return fields.length < 5 || fields.length > 7 ? refused(countFault(fields.length)) : readExpression(fields);
}

/** An interval that was meant is proposed as a timing, since it cannot be written as an expression. */
function withTiming({ reason, hint, interval }: FieldFault, floorMinutes: number): FieldFault {
  if (!interval) return { reason, hint };
  const timing = timingHint(interval, floorMinutes);
  return { reason, hint: hint === '' ? timing : `${hint}: ${timing}` };
}

const WITH_CAPABILITY = 'Or give it as timeZone, if GET /capabilities shows timeZones on.';

/** An expression of another time zone is proposed in UTC, if it is valid and only its hours must change. */
function inUtc({ reason, hint, zoned, ...fault }: FieldFault, now: Date): FieldFault {
  if (!zoned) return { reason, hint, ...fault };
  const zone = findZone(zoned.zone);
  const isValid = readExpression(zoned.expression.split(' ')).ok;
  const proposal = zone && isValid ? utcProposal(zoned.expression, zone, now) : null;
  return { reason, hint: `${hint} and ${proposal ?? 'write the times in UTC'}. ${WITH_CAPABILITY}` };
}

type ParsedCron = Pick<AcceptedCron, 'expression' | 'rule'>;

/** Cache of parsed expressions: most callers use a few. */
const cache = new Map<string, ParsedCron>();
const MAX_CACHED = 2000;

function parseCached(text: string, limits: CronLimits): ParsedCron | Refusal {
  const known = cache.get(text);
  if (known) return known;
  const reading = read(text);
  if (!reading.ok)
    return refuse(
      ...reading.faults.map((fault) => withTiming(inUtc(fault, limits.from), limits.minIntervalMinutes)),
    );
  const { expression } = reading;
  const rule = quartzRule(plainFields(expression));
  if (!rule) throw new Error(`An accepted expression has no rule: ${expression.text}`);
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(text, { expression, rule });
  return { expression, rule };
}

function neverFault(rule: CronRule, from: Date): FieldFault {
  const reason = `the expression never fires after ${from.toISOString()}`;
  const past = rule.years !== null && Math.max(...rule.years) < from.getUTCFullYear();
  return {
    reason,
    hint: past
      ? 'its year is in the past: leave the year out'
      : 'none of these months has this day: change day or month',
  };
}

function frequencyFault(gap: number, floor: number): FieldFault {
  const minutes = (count: number): string => `${String(count)} minute${count === 1 ? '' : 's'}`;
  const example = floor <= 60 ? '"0 * * * *" for once an hour' : '"0 2 * * *" for once a day';
  return {
    reason: `two firings are ${minutes(gap)} apart, closer than the ${minutes(floor)} allowed`,
    hint: `keep at least ${minutes(floor)} between firings: ${example}`,
  };
}

/** Returns the parsed expression, or every reason for its rejection. */
export function acceptCron(text: string, limits: CronLimits): AcceptedCron | Refusal {
  const floor = limits.minIntervalMinutes;
  const parsed = parseCached(text, limits);
  if ('faults' in parsed) return parsed;
  const { expression, rule } = parsed;
  if (nextFiring(rule, limits.zone, limits.from.getTime()) === null)
    return refuse(neverFault(rule, limits.from));
  const gap = floor > 1 ? smallestGapMinutes(rule, limits.from) : floor;
  if (gap < floor) return refuse(frequencyFault(gap, floor));
  return { ok: true, expression, rule };
}
