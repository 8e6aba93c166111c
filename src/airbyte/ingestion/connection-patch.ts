import { validationFailed } from '../../api/problem/problem.exception';
import type { AirbyteConnection, PatchConnectionInput, ScheduleInput } from '../client/model/airbyte-types';
import { readSchedule, sameSchedule, type ScheduleRequest } from '../schedule';
import type { PatchIngestionDto } from './dto/patch-ingestion.dto';
import type { SchedulePolicy } from '../core/schedule-policy';
import { changedStreams } from './stream-patch';

/**
 * Returns the fields that differ from the stored connection; empty if none differ. Unchanged fields are not
 * sent, because every change restarts Airbyte's timer.
 */
export function changesOf(
  connection: AirbyteConnection,
  request: PatchIngestionDto,
  policy: SchedulePolicy,
): PatchConnectionInput {
  const { name, status, schedule, pause, streams: requested } = request;
  const isNamed = name !== undefined && name !== null && name !== connection.name;
  // A pause is written with its reason, in another way.
  const isSwitched = !pause && status !== undefined && status !== null && status !== connection.status;
  const isRescheduled = schedule && !sameSchedule(schedule, connection.schedule);
  const streams = requested ? changedStreams(requested, connection.streams) : null;
  return {
    ...(isNamed && { name }),
    ...(isSwitched && { status }),
    ...(isRescheduled && { schedule: newSchedule(connection, schedule, policy) }),
    ...(streams && { configurations: { streams } }),
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

/** Airbyte's public API supports only UTC: an expression without a zone would silently move to other hours. */
function assertZoneKept({ schedule }: AirbyteConnection, request: ScheduleRequest): void {
  const { timeZone } = readSchedule(schedule).schedule;
  const isElsewhere = timeZone !== null && timeZone !== 'UTC';
  if (!isElsewhere || request.scheduleType !== 'cron' || typeof request.timeZone === 'string') return;
  throw validationFailed([
    {
      field: 'schedule.timeZone',
      reason: `is missing, but the stored schedule is in ${timeZone}, which Airbyte's public API cannot set`,
      hint: 'Write "UTC" and the hours in UTC, send the schedule back as it was read, or change it in Airbyte.',
    },
  ]);
}
