import { Injectable } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import type { FieldErrorDto } from '../../api/problem/problem.dto';
import { RequestValidationPipe } from '../../api/validation/validation.pipe';
import type { CreateIngestionDto } from './dto/create-ingestion.dto';
import { ScheduleWriter } from './schedule-writer';

/**
 * Validates a creation. If other fields are invalid, the faults of a well-formed schedule are reported in the same
 * response. In a valid body, the service translates the schedule and reports its faults.
 */
@Injectable()
export class ScheduledBodyPipe extends RequestValidationPipe {
  constructor(private readonly schedules: ScheduleWriter) {
    super();
  }

  protected override furtherErrors(
    { schedule }: CreateIngestionDto,
    errors: readonly ValidationError[],
  ): readonly FieldErrorDto[] {
    const found = errors.find(({ property }) => property === 'schedule');
    const isWellFormed = !found?.constraints && (found?.children ?? []).every(isUnknownField);
    return schedule && isWellFormed ? this.schedules.faultsOf(schedule) : [];
  }
}

function isUnknownField({ constraints }: ValidationError): boolean {
  return constraints !== undefined && 'whitelistValidation' in constraints;
}
