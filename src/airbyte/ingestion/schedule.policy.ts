import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock';
import type { FieldErrorDto } from '../../common/problem/problem.dto';
import { validationFailed } from '../../common/problem/problem.exception';
import { SETTINGS } from '../../config/settings.token';
import type { Settings } from '../../config/settings.types';
import { type ScheduleFault, type ScheduleRequest, type Translation, translateSchedule } from '../schedule';

/** Schedules under this deployment's rules: what Airbyte would refuse or misread is refused before anything is sent. */
@Injectable()
export class SchedulePolicy {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param at anchors intervals, by default now
   * @throws ProblemException `validation-failed` that names every fault of the schedule.
   */
  translate(request: ScheduleRequest, at = this.clock()): Extract<Translation, { ok: true }> {
    const translation = this.tryTranslate(request, at);
    if (translation.ok) return translation;
    throw validationFailed(scheduleErrors(translation.faults));
  }

  /** The faults of a schedule whose shape is right, for an answer that names other faults as well. */
  faultsOf(request: ScheduleRequest): FieldErrorDto[] {
    const translation = this.tryTranslate(request, this.clock());
    return translation.ok ? [] : scheduleErrors(translation.faults);
  }

  get limits(): { minIntervalMinutes: number } {
    return { minIntervalMinutes: this.settings.scheduleMinIntervalMinutes };
  }

  private tryTranslate(request: ScheduleRequest, now: Date): Translation {
    return translateSchedule(request, { now, ...this.limits });
  }
}

export function scheduleErrors(faults: readonly ScheduleFault[]): FieldErrorDto[] {
  return faults.map(({ field, reason, hint }) => ({ field: `schedule.${field}`, reason, hint }));
}
