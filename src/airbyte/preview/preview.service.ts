import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import { type ProblemException, validationFailed } from '../../api/problem/problem.exception';
import type { RequestContext } from '../../http/request-context';
import { InternalClient } from '../internal/internal-client';
import { scheduleErrors, SchedulePolicy } from '../core/schedule-policy';
import { previewSchedule } from '../schedule';
import type { PreviewDto, PreviewRequestDto } from './dto/preview.dto';

const DEFAULT_COUNT = 5;

/** Explains schedules. Airbyte is only called to find out whether it stores an interval that no cron expression keeps. */
@Injectable()
export class PreviewService {
  constructor(
    private readonly schedules: SchedulePolicy,
    private readonly internal: InternalClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws ProblemException `validation-failed` for every schedule that a creation would reject */
  async preview(request: PreviewRequestDto, context: RequestContext): Promise<PreviewDto> {
    const { schedule } = request;
    const from = momentOf(request.from) ?? this.clock.now();
    const options = { from, count: request.count ?? DEFAULT_COUNT, ...this.schedules.limits };
    let result = previewSchedule(schedule, { ...options, anyInterval: false });
    if (!result.ok) {
      const extended = previewSchedule(schedule, { ...options, anyInterval: true });
      if (extended.ok && (await this.storesIntervals(context))) result = extended;
    }
    if (!result.ok) throw validationFailed(scheduleErrors(result.faults));
    const { nextSyncs, ...explained } = result.preview;
    return { ...explained, nextSyncs: nextSyncs.map((moment) => moment.toISOString()) };
  }

  private async storesIntervals(context: RequestContext): Promise<boolean> {
    return (await this.internal.detectSchedules('intervals', context)).state === 'on';
  }
}

/** Requires a zone; otherwise the time would depend on the zone of this machine. */
function momentOf(from: string | null | undefined): Date | null {
  if (from === null || from === undefined) return null;
  const moment = new Date(from);
  if (!/(Z|[+-]\d{2}:?\d{2})$/i.test(from) || Number.isNaN(moment.getTime())) {
    throw wrongFrom('must be an ISO 8601 date and time with a zone');
  }
  if (moment.getUTCFullYear() > 9999) throw wrongFrom('must not be after the year 9999, in UTC');
  return moment;
}

function wrongFrom(reason: string): ProblemException {
  return validationFailed([{ field: 'from', reason, hint: 'Write e.g. "2026-01-15T10:30:00Z".' }]);
}
