import { validationFailed } from '../../api/problem/problem.exception';
import type { AirbyteConnection, PatchConnectionInput, ScheduleInput } from '../client/model/airbyte-types';
import { readSchedule, sameSchedule, type ScheduleRequest } from '../schedule';
import type { PatchIngestionDto } from './dto/patch-ingestion.dto';
import type { SchedulePolicy } from '../core/schedule-policy';

/**
 * What of a request differs from what Airbyte holds: only that is sent, since Airbyte begins to wait anew with every
 * change. Empty where nothing differs.
 */
export function changesOf(
  connection: AirbyteConnection,
  request: PatchIngestionDto,
  policy: SchedulePolicy,
): PatchConnectionInput {
  const { name, status, schedule } = request;
  const isNamed = name !== undefined && name !== null && name !== connection.name;
  const isSwitched = status !== undefined && status !== null && status !== connection.status;
  const isRescheduled = schedule && !sameSchedule(schedule, connection.schedule);
  return {
    ...(isNamed && { name }),
    ...(isSwitched && { status }),
    ...(isRescheduled && { schedule: newSchedule(connection, schedule, policy) }),
  };
}

function newSchedule(
  connection: AirbyteConnection,
  request: ScheduleRequest,
  policy: SchedulePolicy,
): ScheduleInput {
  assertZoneKept(connection, request);
  return policy.translate(request, { held: connection.schedule }).upstream;
}

/** Airbyte's public API knows UTC alone: an expression in another zone would go on at other hours. */
function assertZoneKept({ schedule }: AirbyteConnection, request: ScheduleRequest): void {
  const { timeZone } = readSchedule(schedule).schedule;
  const isElsewhere = timeZone !== null && timeZone !== 'UTC';
  if (!isElsewhere || request.scheduleType !== 'cron' || typeof request.timeZone === 'string') return;
  throw validationFailed([
    {
      field: 'schedule.timeZone',
      reason: `is left out, while the present schedule is in ${timeZone}, which Airbyte's public API cannot set`,
      hint: 'Write "UTC" and the hours in UTC, send the schedule back as it was read, or change it in Airbyte.',
    },
  ]);
}
