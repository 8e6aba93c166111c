import { validationFailed } from '../../api/problem/problem.exception';
import type { AirbyteConnection, PatchConnectionInput } from '../client/model/airbyte-types';
import { readSchedule, sameSchedule, type ScheduleRequest, type TranslatedSchedule } from '../schedule';
import type { PatchIngestionDto } from './dto/patch-ingestion.dto';
import type { ScheduleWriter, WantedSchedule } from './schedule-writer';
import { changedStreams } from './stream-patch';

/** A change of a connection. */
export interface ConnectionPatch {
  /** For the public API; empty if nothing differs. */
  readonly patch: PatchConnectionInput;
  /** A new schedule that only the internal API can write. */
  readonly wanted: WantedSchedule | null;
}

/**
 * Returns the fields that differ from the stored connection. Unchanged fields are not sent, because every change
 * restarts Airbyte's timer.
 */
export function changesOf(
  connection: AirbyteConnection,
  request: PatchIngestionDto,
  schedules: ScheduleWriter,
): ConnectionPatch {
  const { name, status, schedule, pause, streams: requested } = request;
  const isNamed = name !== undefined && name !== null && name !== connection.name;
  // A pause is written with its reason, in another way.
  const isSwitched = !pause && status !== undefined && status !== null && status !== connection.status;
  const isRescheduled = schedule && !sameSchedule(schedule, connection.schedule);
  const translated = isRescheduled ? newSchedule(connection, schedule, schedules) : null;
  const streams = requested ? changedStreams(requested, connection.streams) : null;
  const internal = translated?.internal ?? null;
  return {
    patch: {
      ...(isNamed && { name }),
      ...(isSwitched && { status }),
      ...(translated && !internal && { schedule: translated.upstream }),
      ...(streams && { configurations: { streams } }),
    },
    wanted: schedule && internal ? { request: schedule, internal } : null,
  };
}

function newSchedule(
  connection: AirbyteConnection,
  request: ScheduleRequest,
  schedules: ScheduleWriter,
): TranslatedSchedule {
  assertZoneNamed(connection, request);
  return schedules.translate(request, { held: connection.schedule });
}

/** An expression without a zone means UTC, and would silently move a schedule of another zone to other hours. */
function assertZoneNamed({ schedule }: AirbyteConnection, request: ScheduleRequest): void {
  const { timeZone } = readSchedule(schedule).schedule;
  const isElsewhere = timeZone !== null && timeZone !== 'UTC';
  if (!isElsewhere || request.scheduleType !== 'cron' || typeof request.timeZone === 'string') return;
  throw validationFailed([
    {
      field: 'schedule.timeZone',
      reason: `is missing, but the stored schedule is in ${timeZone}`,
      hint: `Write "${timeZone}" to keep the zone, or "UTC" and the hours in UTC.`,
    },
  ]);
}
