/**
 * Validates the combination of a schedule's fields. Fields that do not apply to the type are rejected, never
 * dropped.
 */
import type { Refusal, ScheduleFault, ScheduleRequest } from './schedule-types';
import { utcProposal } from './time/utc-expression';
import { findZone, type Zone } from './time/zone';

export interface MemberOptions {
  readonly anyZone: boolean;
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
  const sameAsUtc = /^(?:utc|etc\/utc|etc\/uct|uct|zulu|z|gmt|etc\/gmt|\+00:?00)$/i.test(timeZone);
  if (sameAsUtc)
    return {
      field: 'timeZone',
      reason: `"${timeZone}" is not how UTC is spelled here`,
      hint: 'write "UTC" or leave timeZone out',
    };
  return {
    field: 'timeZone',
    reason: zone ? "Airbyte's public API supports no zone but UTC" : `"${timeZone}" is not a time zone`,
    hint:
      (zone && isPresent(cronExpression) ? inUtcHint(cronExpression, zone, now) : null) ??
      'leave timeZone out and write the times in UTC',
  };
}

/** Null if converting to UTC changes more than the hours. */
function inUtcHint(cronExpression: string, zone: Zone, now: Date): string | null {
  const proposal = utcProposal(cronExpression, zone, now);
  return proposal && `leave timeZone out and ${proposal}`;
}

/** `anyZone`: cron accepts any IANA zone, as in previews. Other types accept only UTC. */
function zoneMember(request: ScheduleRequest, { anyZone, now }: MemberOptions): ScheduleFault | null {
  const { timeZone } = request;
  if (!isPresent(timeZone) || timeZone === 'UTC') return null;
  if (!anyZone) return otherZone(timeZone, request.cronExpression, now);
  if (request.scheduleType !== 'cron') {
    const reason = `a ${request.scheduleType} schedule has no time zone`;
    return { field: 'timeZone', reason, hint: 'leave timeZone out' };
  }
  if (findZone(timeZone)) return null;
  const reason = `"${timeZone}" is not an IANA time zone`;
  return {
    field: 'timeZone',
    reason,
    hint: 'write a name such as "Europe/Berlin", or leave timeZone out for UTC',
  };
}

/** Faults of the fields' combination, apart from their contents. */
function memberFaults(request: ScheduleRequest, options: MemberOptions): ScheduleFault[] {
  if (!TYPES.includes(request.scheduleType)) {
    const reason = `the schedule type "${request.scheduleType}" is not known`;
    return [{ field: 'scheduleType', reason, hint: 'write cron, basic or manual' }];
  }
  const faults = [cronMember(request), basicMember(request), zoneMember(request, options)];
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
