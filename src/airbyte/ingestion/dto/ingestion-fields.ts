import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { HoldsNoList, IsOneOf } from '../../../api/validation/decorators';
import { SCHEDULE_OBJECT, ScheduleRequestDto } from '../../core/dto/schedule.dto';
import { StreamRequestDto } from '../../core/dto/stream.dto';

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

const STREAM_CONTEXT = {
  hint: 'Write e.g. {"name": "orders", "syncMode": "full_refresh_append"}.',
};

/**
 * Streams that may be absent or null.
 * @param absent what their absence means, for the hint
 */
export function OptionalStreams(absent: string): PropertyDecorator {
  const context = {
    hint: `Write e.g. [{"name": "orders", "syncMode": "full_refresh_append"}], or leave it out ${absent}.`,
  };
  return applyDecorators(
    ApiProperty({
      type: () => [StreamRequestDto],
      nullable: true,
      required: false,
      minItems: 1,
      maxItems: 1000,
    }),
    IsOptional(),
    IsArray({ message: 'must be an array or null', context }),
    ArrayMinSize(1, { message: 'must have at least one stream', context }),
    ArrayMaxSize(1000, { message: 'must have at most 1000 streams', context }),
    HoldsNoList(context),
    ValidateNested({ each: true, message: 'must be an object', context: STREAM_CONTEXT }),
    Type(() => StreamRequestDto),
  );
}
