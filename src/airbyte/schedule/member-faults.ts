/**
 * Validates the combination of a schedule's fields. Fields that do not apply to the type are rejected, never
 * dropped.
 */
import type { Refusal, ScheduleFault, ScheduleRequest } from './schedule-types';
import { utcProposal } from './time/utc-expression';
import { findZone, type Zone, zoneSpelling } from './time/zone';

export interface MemberOptions {
  /** Zones of cron: only UTC, those that Airbyte stores, or any IANA zone, as in previews. */
  readonly zones: 'utc' | 'writable' | 'any';
  readonly now: Date;
}

const TYPES: readonly string[] = ['cron', 'basic', 'manual'];

function isPresent(value: string | null | undefined): value is string {
  return value !== null && value !== undefined;
}

function cronMember(request: ScheduleRequest): ScheduleFault | null {
  if (request.scheduleType === 'cron') {
    if (isPresent(request.cronExpression)) return null;
    const hint = 'give a Unix or Quartz expression, such as "0 2 * * *"';
    return { field: 'cronExpression', reason: 'a cron schedule needs a cronExpression', hint };
  }
  if (!isPresent(request.cronExpression)) return null;
  const reason = `a ${request.scheduleType} schedule has no cronExpression`;
  return { field: 'cronExpression', reason, hint: 'leave cronExpression out, or make scheduleType cron' };
}

function basicMember(request: ScheduleRequest): ScheduleFault | null {
  if (request.scheduleType === 'basic' || !isPresent(request.basicTiming)) return null;
  const reason = `a ${request.scheduleType} schedule has no basicTiming`;
  return { field: 'basicTiming', reason, hint: 'leave basicTiming out, or make scheduleType basic' };
}

function otherZone(timeZone: string, cronExpression: string | null | undefined, now: Date): ScheduleFault {
  const zone = findZone(timeZone);
  if (isNamedLikeUtc(timeZone)) return utcSpelling(timeZone);
  return {
    field: 'timeZone',
    reason: zone ? "Airbyte's public API supports no zone but UTC" : `"${timeZone}" is not a time zone`,
    hint:
      (zone && isPresent(cronExpression) ? inUtcHint(cronExpression, zone, now) : null) ??
      'leave timeZone out and write the times in UTC',
  };
}

function isNamedLikeUtc(timeZone: string): boolean {
  return /^(?:utc|etc\/utc|etc\/uct|uct|zulu|z|gmt|etc\/gmt|\+00:?00)$/i.test(timeZone);
}

function utcSpelling(timeZone: string): ScheduleFault {
  const reason = `"${timeZone}" is not how UTC is spelled here`;
  return { field: 'timeZone', reason, hint: 'write "UTC" or leave timeZone out' };
}

function unknownZone(timeZone: string): ScheduleFault {
  const reason = `"${timeZone}" is not an IANA time zone`;
  const hint = 'write a name such as "Europe/Berlin", or leave timeZone out for UTC';
  return { field: 'timeZone', reason, hint };
}

/** Airbyte compares the case of a name, and refuses names that begin with `etc` (ConnectionScheduleHelper). */
function unwritableZone(timeZone: string): ScheduleFault | null {
  if (isNamedLikeUtc(timeZone)) return utcSpelling(timeZone);
  const name = zoneSpelling(timeZone);
  if (name === null) return unknownZone(timeZone);
  if (/^etc/i.test(timeZone)) {
    const reason = `Airbyte accepts no zone that begins with "Etc", such as "${timeZone}"`;
    return { field: 'timeZone', reason, hint: 'write the zone of a place, such as "Europe/Berlin"' };
  }
  if (name === timeZone) return null;
  return {
    field: 'timeZone',
    reason: `"${timeZone}" is not spelled as in the IANA list`,
    hint: `write "${name}"`,
  };
}

/** A trailing UTC, which is otherwise dropped, contradicts another zone. */
function zoneConflict({ cronExpression, timeZone }: ScheduleRequest): ScheduleFault | null {
  const isElsewhere = isPresent(timeZone) && timeZone !== 'UTC';
  if (!isElsewhere || !isPresent(cronExpression) || !/UTC\s*$/.test(cronExpression)) return null;
  const reason = `the expression ends with UTC, but timeZone is "${timeZone}"`;
  return { field: 'cronExpression', reason, hint: 'leave UTC out of the expression, or timeZone' };
}

/** Null if converting to UTC changes more than the hours. */
function inUtcHint(cronExpression: string, zone: Zone, now: Date): string | null {
  const proposal = utcProposal(cronExpression, zone, now);
  return proposal && `leave timeZone out and ${proposal}`;
}

/** Only cron has a zone. Other types accept UTC, which changes nothing. */
function zoneMember(request: ScheduleRequest, { zones, now }: MemberOptions): ScheduleFault | null {
  const { timeZone } = request;
  if (!isPresent(timeZone) || timeZone === 'UTC') return null;
  if (zones === 'utc') return otherZone(timeZone, request.cronExpression, now);
  if (request.scheduleType !== 'cron') {
    const reason = `a ${request.scheduleType} schedule has no time zone`;
    return { field: 'timeZone', reason, hint: 'leave timeZone out' };
  }
  if (zones === 'writable') return unwritableZone(timeZone);
  return findZone(timeZone) ? null : unknownZone(timeZone);
}

/** Faults of the fields' combination, apart from their contents. */
function memberFaults(request: ScheduleRequest, options: MemberOptions): ScheduleFault[] {
  if (!TYPES.includes(request.scheduleType)) {
    const reason = `the schedule type "${request.scheduleType}" is not known`;
    return [{ field: 'scheduleType', reason, hint: 'write cron, basic or manual' }];
  }
  const faults = [
    cronMember(request),
    basicMember(request),
    zoneMember(request, options),
    zoneConflict(request),
  ];
  return faults.filter((fault) => fault !== null);
}

/** Checks combination and contents, so that all independent faults are reported together. */
export function withMemberFaults<Result extends { ok: true }>(
  request: ScheduleRequest,
  options: MemberOptions,
  content: () => Result | Refusal,
): Result | Refusal {
  const faults = memberFaults(request, options);
  if (faults.some((fault) => fault.field === 'scheduleType')) return { ok: false, faults };
  const result = content();
  if (!result.ok) faults.push(...result.faults);
  return faults.length > 0 ? { ok: false, faults } : result;
}
