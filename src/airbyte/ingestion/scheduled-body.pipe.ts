import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { ProblemException, validationFailed } from '../../api/problem/problem.exception';
import { prototypePropertyPaths } from '../../api/validation/prototype-property-names';
import { RequestValidationPipe } from '../../api/validation/validation.pipe';
import { ScheduleRequestDto } from '../core/dto/schedule.dto';
import { SchedulePolicy } from '../core/schedule-policy';

/**
 * Validates bodies with a `schedule`. If other fields are invalid, the faults of the schedule are reported in
 * the same response. The service translates the schedule of a valid body.
 */
@Injectable()
export class ScheduledBodyPipe implements PipeTransform {
  private readonly shape = new RequestValidationPipe();

  constructor(private readonly schedules: SchedulePolicy) {}

  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    try {
      return await this.shape.transform(value, metadata);
    } catch (error) {
      if (!(error instanceof ProblemException) || error.code !== 'validation-failed') throw error;
      const schedule = await validSchedule(value);
      throw schedule
        ? validationFailed([...(error.extras.errors ?? []), ...this.schedules.faultsOf(schedule)])
        : error;
    }
  }
}

async function validSchedule(body: unknown): Promise<ScheduleRequestDto | null> {
  const schedule: unknown =
    typeof body === 'object' && body !== null && 'schedule' in body ? body.schedule : null;
  if (typeof schedule !== 'object' || schedule === null || Array.isArray(schedule)) return null;
  // class-transformer would take such a property for the constructor of the object.
  if (prototypePropertyPaths(schedule).length > 0) return null;
  const dto = plainToInstance(ScheduleRequestDto, schedule);
  return (await validate(dto)).length === 0 ? dto : null;
}
