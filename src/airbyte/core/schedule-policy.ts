import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import type { FieldErrorDto } from '../../api/problem/problem.dto';
import { validationFailed } from '../../api/problem/problem.exception';
import { SETTINGS, type Settings } from '../../config/settings-types';
import {
  type ScheduleFault,
  type ScheduleRequest,
  type Translation,
  translateSchedule,
  type UpstreamSchedule,
} from '../schedule';

/** Where a translation starts from. */
export interface TranslationStart {
  readonly at?: Date | undefined;
  readonly held?: UpstreamSchedule;
}

/** Schedules under this deployment's rules: what Airbyte would refuse or misread is refused before anything is sent. */
@Injectable()
export class SchedulePolicy {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param from `at` anchors intervals, by default now; `held` is what Airbyte holds already, for changes
   * @throws ProblemException `validation-failed` that names every fault of the schedule.
   */
  translate(request: ScheduleRequest, from: TranslationStart = {}): Extract<Translation, { ok: true }> {
    const translation = this.tryTranslate(request, from);
    if (translation.ok) return translation;
    throw validationFailed(scheduleErrors(translation.faults));
  }

  /** The faults of a schedule whose shape is right, for an answer that names other faults as well. */
  faultsOf(request: ScheduleRequest): FieldErrorDto[] {
    const translation = this.tryTranslate(request);
    return translation.ok ? [] : scheduleErrors(translation.faults);
  }

  get limits(): { minIntervalMinutes: number } {
    return { minIntervalMinutes: this.settings.scheduleMinIntervalMinutes };
  }

  private tryTranslate(request: ScheduleRequest, { at, held }: TranslationStart = {}): Translation {
    return translateSchedule(request, { now: at ?? this.clock.now(), ...(held && { held }), ...this.limits });
  }
}

export function scheduleErrors(faults: readonly ScheduleFault[]): FieldErrorDto[] {
  return faults.map(({ field, reason, hint }) => ({ field: `schedule.${field}`, reason, hint }));
}
