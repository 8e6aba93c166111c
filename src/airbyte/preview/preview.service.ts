import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import { type ProblemException, validationFailed } from '../../api/problem/problem.exception';
import { scheduleErrors, SchedulePolicy } from '../core/schedule-policy';
import { previewSchedule } from '../schedule';
import type { PreviewDto, PreviewRequestDto } from './dto/preview.dto';

const DEFAULT_COUNT = 5;

/** Explains schedules without calling Airbyte. */
@Injectable()
export class PreviewService {
  constructor(
    private readonly schedules: SchedulePolicy,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws ProblemException `validation-failed` for every schedule that a creation would reject */
  preview(request: PreviewRequestDto): PreviewDto {
    const result = previewSchedule(request.schedule, {
      from: momentOf(request.from) ?? this.clock.now(),
      count: request.count ?? DEFAULT_COUNT,
      ...this.schedules.limits,
    });
    if (!result.ok) throw validationFailed(scheduleErrors(result.faults));
    const { nextSyncs, ...explained } = result.preview;
    return { ...explained, nextSyncs: nextSyncs.map((moment) => moment.toISOString()) };
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
