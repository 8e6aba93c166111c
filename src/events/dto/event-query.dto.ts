import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsOptional, ValidateBy } from 'class-validator';
import { EmptyIsAbsent, ID_SCHEMA, IsIdText, IsText, IsWholeNumber } from '../../api/validation/decorators';
import { type ForeignName, ForeignNames } from '../../api/validation/foreign-names';
import type { HintContext } from '../../api/validation/hints';
import { nearestEnumValues } from '../../api/validation/nearest-enum-value';
import { EVENT_TYPES, type EventType } from '../event-types';

export const MAX_POSITION_LENGTH = 64;
/** Longer than all names together. */
const MAX_TYPES_LENGTH = 300;
export const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;

const AFTER_NAME: ForeignName = {
  hint: 'Did you mean after? It is the id of an event, or next of the previous answer.',
};
const LIMIT_NAME: ForeignName = { hint: 'Did you mean limit?' };
const TYPES_NAME: ForeignName = { hint: 'Did you mean types? It takes several, separated by commas.' };

const TYPES_CONTEXT: HintContext = {
  hint: `Write some of ${EVENT_TYPES.join(', ')}, separated by commas.`,
  suggest: (value, _siblings, usual) => {
    const unknown = namesOf(value).filter((name) => !isEventType(name));
    const meant = unknown.flatMap((name) => nearestEnumValues(name, EVENT_TYPES));
    return meant.length === 0 ? usual : `Did you mean ${meant.join(' or ')}? ${usual}`;
  },
};

function isEventType(name: string): name is EventType {
  return EVENT_TYPES.some((type) => type === name);
}

function namesOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? value.split(',') : [];
}

/** Each name once, so that the length is bounded. */
function IsEventTypes(): PropertyDecorator {
  const validate = (value: unknown): boolean => {
    const names = namesOf(value);
    return names.length > 0 && new Set(names).size === names.length && names.every(isEventType);
  };
  return ValidateBy(
    { name: 'isEventTypes', validator: { validate } },
    { message: 'must be names of event types, each at most once', context: TYPES_CONTEXT },
  );
}

/** Choice of events: those after a place, of some types, of one ingestion. */
export interface EventFilter {
  readonly after?: string | undefined;
  readonly types?: readonly EventType[] | undefined;
  readonly connectionId?: string | undefined;
}

/** Choice of events. */
@ForeignNames({
  ...Object.fromEntries(
    ['since', 'cursor', 'pageToken', 'lastEventId', 'next', 'offset'].map((name) => [name, AFTER_NAME]),
  ),
  type: TYPES_NAME,
  eventTypes: TYPES_NAME,
})
export class EventFilterDto {
  /** Id of an event, or `next` of an answer: only later events. Absent: all that are kept. */
  @ApiProperty({ type: 'string', maxLength: MAX_POSITION_LENGTH, required: false, example: '' })
  @EmptyIsAbsent()
  @IsOptional()
  @IsText(1, MAX_POSITION_LENGTH)
  after?: string;

  /** Only events of these types, separated by commas. */
  @ApiProperty({
    type: 'string',
    maxLength: MAX_TYPES_LENGTH,
    required: false,
    example: 'run.succeeded,run.failed',
  })
  @EmptyIsAbsent()
  @IsOptional()
  @IsEventTypes()
  types?: string;

  /** Only events of this ingestion. */
  @ApiProperty({ ...ID_SCHEMA, required: false, example: 'conn-12345678-1234-1234-1234-123456789012' })
  @IsOptional()
  @IsIdText({ hint: 'Give the id of an existing ingestion. GET /ingestion lists them.' })
  connectionId?: string;
}

/** Query of one part of the log. */
@ForeignNames(Object.fromEntries(['pageSize', 'size', 'count', 'max'].map((name) => [name, LIMIT_NAME])))
export class EventQueryDto extends EventFilterDto {
  /** Maximum number of events. */
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MAX_LIMIT,
    default: DEFAULT_LIMIT,
    required: false,
    example: 100,
  })
  @IsOptional()
  @Type(() => Number)
  @IsWholeNumber(1, MAX_LIMIT)
  limit?: number;
}

/** The choice that a request makes. */
export function filterOf({ after, types, connectionId }: EventFilterDto): EventFilter {
  return { after, types: types === undefined ? undefined : namesOf(types).filter(isEventType), connectionId };
}
