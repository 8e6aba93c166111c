import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import type { FieldErrorDto } from '../../api/problem/problem.dto';
import { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteConnection } from '../client/model/airbyte-types';
import { capabilityProblem } from '../core/capability-problem';
import { SchedulePolicy, type TranslationStart } from '../core/schedule-policy';
import type { ScheduleCapability } from '../internal/capability';
import { InternalClient } from '../internal/internal-client';
import {
  type InternalSchedule,
  isStored,
  type ScheduleRequest,
  type TranslatedSchedule,
  writtenForm,
} from '../schedule';
import {
  capabilityRefusal,
  notStored,
  unfinishedCreation,
  unrestoredChange,
  unwrittenProblem,
} from './schedule-problems';

const EVERYTHING = { timeZones: true, intervals: true };

/** A schedule of the internal API, and how it was requested. */
export interface WantedSchedule {
  readonly request: ScheduleRequest;
  readonly internal: InternalSchedule;
}

/**
 * Writes schedules that only Airbyte's internal API can write: cron in a time zone, and intervals that no cron expression keeps.
 * Each is read back through the public API, because a wrong zone would make data late without an error.
 */
@Injectable()
export class ScheduleWriter {
  constructor(
    private readonly client: AirbyteClient,
    private readonly internal: InternalClient,
    private readonly schedules: SchedulePolicy,
  ) {}

  /** Refuses what no installation can store. @throws ProblemException `validation-failed` */
  translate(request: ScheduleRequest, from: TranslationStart = {}): TranslatedSchedule {
    return this.schedules.translate(request, { ...from, supports: EVERYTHING });
  }

  /** Faults of a well-formed schedule, without finding out whether a capability is on. */
  faultsOf(request: ScheduleRequest): FieldErrorDto[] {
    return this.schedules.faultsOf(request, {
      timeZones: this.internal.caller.capability('timeZones').state !== 'off',
      intervals: this.internal.caller.capability('intervals').state !== 'off',
    });
  }

  /** @throws ProblemException `validation-failed` if the installation cannot store the schedule; nothing was changed */
  async assertSupported(
    request: ScheduleRequest,
    internal: InternalSchedule | null,
    context: RequestContext,
  ): Promise<void> {
    if (!internal) return;
    const capability = capabilityOf(internal);
    const report = await this.internal.detectSchedules(capability, context);
    if (report.state === 'off') throw capabilityRefusal(this.schedules.faultsOf(request), capability);
    if (report.state === 'unknown') throw capabilityProblem(report);
  }

  /**
   * Completes a new connection, which is paused: writes its schedule, reads it back and sets its status. If that fails the
   * connection is deleted.
   * @throws ProblemException
   */
  async complete(
    connection: AirbyteConnection,
    { request, internal }: WantedSchedule,
    status: 'active' | 'inactive',
    context: RequestContext,
  ): Promise<AirbyteConnection> {
    const { connectionId } = connection;
    try {
      const written = isStored(internal, connection.schedule)
        ? connection
        : await this.write(connectionId, { request, internal }, undefined, context);
      if (written.status === status) return written;
      return await this.client.patchConnection(connectionId, { status }, context);
    } catch (error) {
      try {
        await this.client.deleteConnection(connectionId, context);
      } catch (undoing) {
        if (undoing instanceof AirbyteError) throw unfinishedCreation(connectionId, undoing);
        throw undoing;
      }
      throw error instanceof AirbyteError
        ? unwrittenProblem(error, internal, 'The ingestion was not created.')
        : error;
    }
  }

  /**
   * Changes the schedule of a connection, then the rest. If the rest fails, the former schedule is restored.
   * @param status written with the schedule, so that a connection that is paused runs nothing before
   * @param changeRest receives the connection with the new schedule
   */
  async change(
    connection: AirbyteConnection,
    wanted: WantedSchedule,
    status: 'inactive' | undefined,
    changeRest: (written: AirbyteConnection) => Promise<AirbyteConnection>,
    context: RequestContext,
  ): Promise<AirbyteConnection> {
    const { connectionId } = connection;
    await this.assertSupported(wanted.request, wanted.internal, context);
    let written: AirbyteConnection;
    try {
      written = await this.write(connectionId, wanted, status, context);
    } catch (error) {
      const isDefinite = error instanceof AirbyteError && !error.outcomeUnknown;
      throw isDefinite ? unwrittenProblem(error, wanted.internal, 'Nothing was changed.') : error;
    }
    try {
      return await changeRest(written);
    } catch (error) {
      await this.restore(connection, wanted.internal, context);
      throw error;
    }
  }

  private async restore(
    { connectionId, schedule, status }: AirbyteConnection,
    replaced: InternalSchedule,
    context: RequestContext,
  ): Promise<void> {
    const former = writtenForm(schedule);
    const known = status === 'active' || status === 'inactive' ? status : undefined;
    try {
      if (former)
        await this.internal.writeSchedule(connectionId, { schedule: former, status: known }, context);
      const stored = await this.client.getConnection(connectionId, context);
      if (isStored(replaced, stored.schedule)) throw unrestoredChange();
    } catch (error) {
      throw error instanceof AirbyteError ? unrestoredChange(error) : error;
    }
  }

  /**
   * @returns the connection as it is read back, also if the answer to the write was lost
   * @throws AirbyteError, ProblemException
   */
  private async write(
    connectionId: string,
    { request, internal }: WantedSchedule,
    status: 'inactive' | undefined,
    context: RequestContext,
  ): Promise<AirbyteConnection> {
    const capability = capabilityOf(internal);
    // A retry of an earlier attempt may come when the capability is off.
    await this.assertSupported(request, internal, context);
    const failure = await this.tryWrite(connectionId, internal, status, context);
    const stored = await this.readBack(connectionId, failure, context);
    if (isStored(internal, stored.schedule)) {
      this.internal.caller.recordWritten(capability);
      return stored;
    }
    const error = failure ?? notStored();
    this.internal.caller.recordUnwritten(capability, error);
    const isOff = this.internal.caller.capability(capability).state === 'off';
    if (failure && isOff && !failure.outcomeUnknown)
      throw capabilityRefusal(this.schedules.faultsOf(request), capability);
    throw error;
  }

  private async tryWrite(
    connectionId: string,
    schedule: InternalSchedule,
    status: 'inactive' | undefined,
    context: RequestContext,
  ): Promise<AirbyteError | null> {
    try {
      await this.internal.writeSchedule(connectionId, { schedule, status }, context);
      return null;
    } catch (error) {
      if (!(error instanceof AirbyteError)) throw error;
      // A web page, or another answer of another server, comes from nothing that could still write.
      return error.kind === 'misbehaving' ? error.with({ outcomeUnknown: false }) : error;
    }
  }

  /** If the connection cannot be read, the failure of the write is more informative. */
  private async readBack(
    connectionId: string,
    failure: AirbyteError | null,
    context: RequestContext,
  ): Promise<AirbyteConnection> {
    try {
      return await this.client.getConnection(connectionId, context);
    } catch (error) {
      throw failure ?? error;
    }
  }
}

function capabilityOf({ scheduleType }: InternalSchedule): ScheduleCapability {
  return scheduleType === 'cron' ? 'timeZones' : 'intervals';
}
