import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsObject, IsOptional, ValidateNested } from 'class-validator';
import { IsOneOf } from '../../../api/validation/decorators';
import { SCHEDULE_OBJECT, ScheduleRequestDto } from '../../core/dto/schedule.dto';

/** Statuses that callers can set. */
const WRITABLE_STATUSES = ['active', 'inactive'] as const;
export type WritableStatus = (typeof WRITABLE_STATUSES)[number];

/** A schedule that may be absent or null. */
export function OptionalSchedule(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: () => ScheduleRequestDto, nullable: true, required: false }),
    IsOptional(),
    IsObject({ message: 'must be an object or null', context: SCHEDULE_OBJECT }),
    ValidateNested(),
    Type(() => ScheduleRequestDto),
  );
}

/** A status that may be absent or null. */
export function OptionalStatus(documented: { readonly default?: WritableStatus } = {}): PropertyDecorator {
  const enumeration = { enum: WRITABLE_STATUSES, enumName: 'WritableStatus' };
  return applyDecorators(
    ApiProperty({ ...enumeration, nullable: true, required: false, example: 'active', ...documented }),
    IsOptional(),
    IsOneOf(WRITABLE_STATUSES),
  );
}
