import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import type { FieldErrorDto } from '../../api/problem/problem.dto';
import { validationFailed } from '../../api/problem/problem.exception';
import { SETTINGS, type Settings } from '../../config/settings-types';
import {
  type ScheduleFault,
  type ScheduleRequest,
  type ScheduleSupport,
  type TranslatedSchedule,
  type Translation,
  translateSchedule,
  type UpstreamSchedule,
} from '../schedule';

/**
 * `at`: anchor of intervals, default now. `held`: the schedule that Airbyte holds. `supports`: default only schedules of the
 * public API.
 */
export interface TranslationStart {
  readonly at?: Date | undefined;
  readonly held?: UpstreamSchedule;
  readonly supports?: ScheduleSupport;
}

/**
 * Validates and translates schedules with the limits of this deployment. Schedules that Airbyte would reject or
 * misread are rejected before a request is sent.
 */
@Injectable()
export class SchedulePolicy {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws ProblemException `validation-failed` with every fault of the schedule */
  translate(request: ScheduleRequest, from: TranslationStart = {}): TranslatedSchedule {
    const translation = this.tryTranslate(request, from);
    if (translation.ok) return translation;
    throw validationFailed(scheduleErrors(translation.faults));
  }

  /** Faults of a well-formed schedule, for a response that also reports other fields. */
  faultsOf(request: ScheduleRequest, supports?: ScheduleSupport): FieldErrorDto[] {
    const translation = this.tryTranslate(request, supports && { supports });
    return translation.ok ? [] : scheduleErrors(translation.faults);
  }

  get limits(): { minIntervalMinutes: number } {
    return { minIntervalMinutes: this.settings.scheduleMinIntervalMinutes };
  }

  private tryTranslate(request: ScheduleRequest, { at, ...rest }: TranslationStart = {}): Translation {
    return translateSchedule(request, { now: at ?? this.clock.now(), ...rest, ...this.limits });
  }
}

export function scheduleErrors(faults: readonly ScheduleFault[]): FieldErrorDto[] {
  return faults.map(({ field, reason, hint }) => ({ field: `schedule.${field}`, reason, hint }));
}
