import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from './problem-catalogue';

@ApiSchema({ name: 'FieldError', description: 'One thing that is wrong with a request.' })
export class FieldErrorDto {
  /** Path of the offending field, e.g. `schedule.cronExpression`. */
  @ApiProperty({ example: 'schedule.cronExpression' })
  field: string;

  /** What is wrong with it. */
  @ApiProperty({ example: 'has 4 fields; a Unix expression has 5, a Quartz expression 6 or 7' })
  reason: string;

  /** The way out. */
  @ApiProperty({ example: 'For every day at 02:00 write "0 2 * * *"' })
  hint: string;
}

@ApiSchema({ name: 'UpstreamError', description: 'What Airbyte answered, where it did.' })
export class UpstreamErrorDto {
  /** HTTP status of Airbyte's answer; null where there was none. */
  @ApiProperty({ type: 'integer', nullable: true, example: 500 })
  status: number | null;

  /** Airbyte's own message, where it gave one. */
  @ApiProperty({ type: 'string', nullable: true, example: 'Something went wrong in the connector.' })
  message: string | null;

  /** Airbyte's handle on its log entry, where it gave one. */
  @ApiProperty({ type: 'string', nullable: true, example: 'f2a8ad5c-6bd1-4f1c-8d0c-0b7a0b0f7a11' })
  errorId: string | null;
}

@ApiSchema({
  name: 'Problem',
  description: 'Problem details as in RFC 9457, with the members that this API adds.',
})
export class ProblemDto {
  /** Identifies the kind of problem, and leads to its page at this gateway. */
  @ApiProperty({ format: 'uri-reference', example: '/problems/validation-failed' })
  type: string;

  /** The same for every problem of this kind. */
  @ApiProperty({ example: PROBLEMS['validation-failed'].title })
  title: string;

  /** HTTP status code. */
  @ApiProperty({ type: 'integer', minimum: 400, maximum: 599, example: 400 })
  status: number;

  /** What went wrong this time, and the way out. */
  @ApiProperty({ example: '1 field is invalid: schedule.cronExpression.' })
  detail: string;

  /** Path of the request. */
  @ApiProperty({ format: 'uri-reference', example: '/ingestion' })
  instance: string;

  /** Stable name of the problem, to switch on. */
  @ApiProperty({ enum: Object.keys(PROBLEMS), enumName: 'ProblemCode', example: 'validation-failed' })
  code: ProblemCode;

  /** Finds this request in the gateway's log. */
  @ApiProperty({ example: '0b0c8e1e-4f0e-4f57-9a57-0f8f2f3c8a11' })
  requestId: string;

  /** The offending fields, for invalid requests. Of more than 100 errors the first 100 are here, and `detail` says so. */
  @ApiProperty({ type: [FieldErrorDto], maxItems: 100, required: false })
  errors?: FieldErrorDto[];

  /** What Airbyte answered, where it was Airbyte that refused or failed. */
  @ApiProperty({ type: UpstreamErrorDto, required: false })
  upstream?: UpstreamErrorDto;

  /** The run that is in the way, where one is. */
  @ApiProperty({ required: false, example: '1234' })
  runId?: string;
}
