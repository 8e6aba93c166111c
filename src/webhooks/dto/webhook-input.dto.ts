import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsOptional } from 'class-validator';
import {
  ID_SCHEMA,
  INSTANT_MAX_CHARACTERS,
  IsIdText,
  IsInstant,
  IsName,
  IsOneOf,
  IsText,
  IsWholeNumber,
  NAME_PATTERN,
} from '../../api/validation/decorators';
import { type ForeignName, ForeignNames } from '../../api/validation/foreign-names';
import { EVENT_TYPES, type EventType } from '../../events/event-types';
import { IsEventTypeList } from './event-type-list';
import {
  MAX_CONNECTIONS,
  MAX_DESCRIPTION_LENGTH,
  MAX_URL_LENGTH,
  WEBHOOK_STATUSES,
  type WebhookStatus,
} from './webhook.dto';

const URL_SCHEMA = {
  type: 'string',
  minLength: 1,
  maxLength: MAX_URL_LENGTH,
  example: 'https://hooks.example.com/airbyte',
} as const;
const CONNECTIONS = { hint: `Send up to ${MAX_CONNECTIONS} ids of ingestions; [] takes all.` };
const TYPES_NAME: ForeignName = { hint: 'Did you mean types? It is an array of event types.' };
const URL_NAME: ForeignName = { hint: 'Did you mean url?' };

const FOREIGN: Readonly<Record<string, ForeignName>> = {
  events: TYPES_NAME,
  eventTypes: TYPES_NAME,
  filterTypes: TYPES_NAME,
  type: TYPES_NAME,
  endpoint: URL_NAME,
  target: URL_NAME,
  connectionId: { hint: 'Did you mean connectionIds? It is an array of ids.' },
  secret: { hint: 'Leave it out: the gateway makes the secret and returns it once.' },
  enabled: { hint: 'Send "status": "enabled" or "disabled" with PATCH.' },
};

/** Members that a new webhook and a change have in common. */
class WebhookChoiceDto {
  /** Text for people: not blank, no control characters. */
  @ApiProperty({
    type: 'string',
    minLength: 1,
    maxLength: MAX_DESCRIPTION_LENGTH,
    pattern: NAME_PATTERN,
    nullable: true,
    required: false,
    example: 'Failures to the on-call team',
  })
  @IsOptional()
  @IsName(MAX_DESCRIPTION_LENGTH, 'description')
  description?: string | null;

  /** Only events of these types; empty: all. Absent in a new webhook: all. */
  @ApiProperty({
    enum: EVENT_TYPES,
    enumName: 'EventType',
    isArray: true,
    maxItems: EVENT_TYPES.length,
    nullable: true,
    required: false,
    example: ['run.failed'],
  })
  @IsOptional()
  @IsEventTypeList()
  types?: EventType[] | null;

  /** Only events of these ingestions; empty: all. Absent in a new webhook: all. */
  @ApiProperty({
    type: 'array',
    items: ID_SCHEMA,
    maxItems: MAX_CONNECTIONS,
    nullable: true,
    required: false,
    example: ['conn-12345678-1234-1234-1234-123456789012'],
  })
  @IsOptional()
  @IsArray({ message: 'must be an array of ids', context: CONNECTIONS })
  @ArrayMaxSize(MAX_CONNECTIONS, {
    message: `must have at most ${MAX_CONNECTIONS} ids`,
    context: CONNECTIONS,
  })
  @IsIdText(CONNECTIONS, { each: true })
  connectionIds?: string[] | null;
}

@ApiSchema({
  name: 'PatchWebhookInput',
  description: 'What is to be changed. Null and absent members are left as they are.',
})
@ForeignNames(FOREIGN)
export class PatchWebhookDto extends WebhookChoiceDto {
  /** Public `https:` URL. `http:` and internal hosts need `WEBHOOK_ALLOWED_HOSTS`. */
  @ApiProperty({ ...URL_SCHEMA, nullable: true, required: false })
  @IsOptional()
  @IsText(1, MAX_URL_LENGTH)
  url?: string | null;

  /** `disabled`: nothing is sent. `enabled`: events from now on are sent; `recover` sends those before. */
  @ApiProperty({
    enum: WEBHOOK_STATUSES,
    enumName: 'WebhookStatus',
    nullable: true,
    required: false,
    example: 'enabled',
  })
  @IsOptional()
  @IsOneOf(WEBHOOK_STATUSES)
  status?: WebhookStatus | null;
}

@ApiSchema({ name: 'CreateWebhookInput', description: 'A receiver of events, and the events that it gets.' })
@ForeignNames({ ...FOREIGN, status: { hint: 'Leave it out: a new webhook is enabled.' } })
export class CreateWebhookDto extends WebhookChoiceDto {
  /** Public `https:` URL. `http:` and internal hosts need `WEBHOOK_ALLOWED_HOSTS`. */
  @ApiProperty(URL_SCHEMA)
  @IsText(1, MAX_URL_LENGTH)
  url: string;

  /** Only events of this workspace; absent: all workspaces of the caller. */
  @ApiProperty({
    ...ID_SCHEMA,
    nullable: true,
    required: false,
    example: '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826',
  })
  @IsOptional()
  @IsIdText({ hint: 'Give the id of a workspace, or leave it out.' })
  workspaceId?: string | null;
}

const MAX_OVERLAP_S = 7 * 86_400;
export const DEFAULT_OVERLAP_S = 86_400;

@ApiSchema({ name: 'RotateWebhookInput', description: 'How the new secret replaces the one before.' })
export class RotateWebhookDto {
  /** Time in seconds for which messages also have a signature by the secret before. */
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: MAX_OVERLAP_S,
    default: DEFAULT_OVERLAP_S,
    nullable: true,
    required: false,
    example: DEFAULT_OVERLAP_S,
  })
  @IsOptional()
  @IsWholeNumber(0, MAX_OVERLAP_S)
  overlapSeconds?: number | null;
}

@ApiSchema({ name: 'RecoverWebhookInput', description: 'The events that are to be sent again.' })
export class RecoverWebhookDto {
  /** Events that were observed at this time or later, with `Z` or an offset. */
  @ApiProperty({
    type: 'string',
    format: 'date-time',
    maxLength: INSTANT_MAX_CHARACTERS,
    example: '2026-01-15T00:00:00Z',
  })
  @IsInstant()
  since: string;
}
