import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsOneOf, IsOptionalText } from '../../../api/validation/decorators';
import { type ForeignName, ForeignNames } from '../../../api/validation/foreign-names';
import type { HintContext } from '../../../api/validation/hints';
import type { Schedule, ScheduleRequest, ScheduleType } from '../../schedule';

export const SCHEDULE_TYPES = ['cron', 'basic', 'manual'] as const satisfies readonly ScheduleType[];

const CRON_HINT = 'Write a Unix expression such as "0 2 * * *" or a Quartz expression such as "0 0 2 * * ?".';
const BASIC_HINT = 'Write it as Airbyte does, e.g. "Every 6 HOURS".';
const ZONE_HINT = 'Leave it out or write "UTC".';

const SCHEDULE_HINT = 'Write e.g. {"scheduleType": "cron", "cronExpression": "0 2 * * *"}.';
/** Longer texts are not repeated in a hint. */
const MAX_EXPRESSION_LENGTH = 60;

/** Hint for a schedule that was sent as a string, such as `0 2 * * *`. */
export const SCHEDULE_OBJECT: HintContext = {
  hint: SCHEDULE_HINT,
  suggest: (value, _siblings, usual) => {
    if (typeof value !== 'string' || value.length > MAX_EXPRESSION_LENGTH) return usual;
    const text = value.trim();
    if (/^manual$/i.test(text)) return 'Write {"scheduleType": "manual"}.';
    const schedule = /^every \d+ [a-z]+$/i.test(text)
      ? { scheduleType: 'basic', basicTiming: text }
      : { scheduleType: 'cron', cronExpression: text };
    const isSchedule = 'basicTiming' in schedule || /^\S+( \S+){4,6}$/.test(text);
    return isSchedule ? `Write ${JSON.stringify(schedule)}.` : usual;
  },
};

function typeOfMembers(siblings: object): string | undefined {
  const { cronExpression, basicTiming } = siblings as Partial<Record<string, unknown>>;
  if (typeof cronExpression === 'string') return 'Write "scheduleType": "cron" beside the cronExpression.';
  return typeof basicTiming === 'string'
    ? 'Write "scheduleType": "basic" beside the basicTiming.'
    : undefined;
}

/** Airbyte's internal API and its Terraform provider express an interval as `{units, timeUnit}`. */
function intervalHint(value: unknown): ForeignName {
  const { units, timeUnit } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const isInterval =
    Number.isInteger(units) && typeof timeUnit === 'string' && /^[a-z]{1,10}$/i.test(timeUnit);
  const timing = isInterval ? `Every ${String(units)} ${timeUnit.toUpperCase()}` : 'Every 6 HOURS';
  return { hint: `Write "scheduleType": "basic" with "basicTiming": "${timing}".` };
}

/** Repeats the expression, also that of `cronData` of Airbyte's internal API. */
function cronHint(value: unknown): ForeignName {
  const isObject = typeof value === 'object' && value !== null;
  const text = isObject ? (value as Partial<Record<string, unknown>>)['cronExpression'] : value;
  const isExpression =
    typeof text === 'string' && text.length <= MAX_EXPRESSION_LENGTH && /^[^\s"]+( [^\s"]+){4,6}$/.test(text);
  const expression = isExpression ? text : '0 2 * * *';
  return {
    hint: `Did you mean cronExpression? Write "scheduleType": "cron" with "cronExpression": "${expression}".`,
  };
}

@ForeignNames({
  basicSchedule: intervalHint,
  interval: intervalHint,
  units: (_value, siblings) => intervalHint(siblings),
  timeUnit: (_value, siblings) => intervalHint(siblings),
  cron: cronHint,
  expression: cronHint,
  cronSchedule: cronHint,
  cronData: cronHint,
  type: { hint: 'Did you mean scheduleType? It is one of cron, basic, manual.' },
  cronTimeZone: { hint: 'Did you mean timeZone?' },
})
@ApiSchema({ name: 'ScheduleInput', description: 'When to sync.' })
export class ScheduleRequestDto implements ScheduleRequest {
  /** `cron`: fires by an expression. `basic`: fires at a fixed interval. `manual`: syncs only on request. */
  @ApiProperty({ enum: SCHEDULE_TYPES, enumName: 'ScheduleType', example: 'cron' })
  @IsOneOf(SCHEDULE_TYPES, typeOfMembers)
  scheduleType: ScheduleType;

  /**
   * Cron expression: five Unix fields, or six or seven Quartz fields. Required for `cron`, rejected
   * otherwise.
   */
  @ApiProperty({ type: 'string', nullable: true, required: false, maxLength: 255, example: '0 2 * * *' })
  @IsOptionalText(255, CRON_HINT)
  cronExpression?: string | null;

  /**
   * Only for `basic`: `Every <n> MINUTES|HOURS|DAYS|WEEKS|MONTHS`. Default: `Every 24 HOURS`. Intervals that no cron expression
   * keeps, such as `Every 7 HOURS`, need the capability `intervals`.
   */
  @ApiProperty({ type: 'string', nullable: true, required: false, maxLength: 255, example: null })
  @IsOptionalText(255, BASIC_HINT)
  basicTiming?: string | null;

  /**
   * IANA time zone of the cron expression, such as `Europe/Berlin`. Default: `UTC`. Zones other than UTC need the capability
   * `timeZones`.
   */
  @ApiProperty({ type: 'string', nullable: true, required: false, maxLength: 255, example: 'UTC' })
  @IsOptionalText(255, ZONE_HINT)
  timeZone?: string | null;
}

@ApiSchema({
  name: 'Schedule',
  description: 'When an ingestion syncs. Every field is present; fields that do not apply are null.',
})
export class ScheduleDto implements Schedule {
  /** `cron`: fires by an expression. `basic`: fires at a fixed interval. `manual`: syncs only on request. */
  @ApiProperty({ enum: SCHEDULE_TYPES, enumName: 'ScheduleType', example: 'cron' })
  scheduleType: ScheduleType;

  /** The expression as it was sent. If it was not created through this API: as stored in Airbyte. */
  @ApiProperty({ type: 'string', nullable: true, example: '0 2 * * *' })
  cronExpression: string | null;

  /** Interval of a `basic` schedule. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  basicTiming: string | null;

  /** IANA time zone of the cron expression. */
  @ApiProperty({ type: 'string', nullable: true, example: 'UTC' })
  timeZone: string | null;
}
