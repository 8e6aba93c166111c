import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from './problem-catalogue';

@ApiSchema({ name: 'FieldError', description: 'One validation error of a request.' })
export class FieldErrorDto {
  /** Path of the invalid field, e.g. `schedule.cronExpression`. */
  @ApiProperty({ example: 'schedule.cronExpression' })
  field: string;

  /** Reason why the value is invalid. */
  @ApiProperty({ example: 'has 4 fields; a Unix expression has 5, a Quartz expression 6 or 7' })
  reason: string;

  /** Instruction to correct the value. */
  @ApiProperty({ example: 'For every day at 02:00 write "0 2 * * *"' })
  hint: string;
}

@ApiSchema({ name: 'UpstreamError', description: 'The error response of Airbyte.' })
export class UpstreamErrorDto {
  /** HTTP status of the response; null if there was no response. */
  @ApiProperty({ type: 'integer', nullable: true, example: 500 })
  status: number | null;

  /** Error message of Airbyte; null if there was none. */
  @ApiProperty({ type: 'string', nullable: true, example: 'Something went wrong in the connector.' })
  message: string | null;

  /** Id of the log entry in Airbyte; null if there was none. */
  @ApiProperty({ type: 'string', nullable: true, example: 'f2a8ad5c-6bd1-4f1c-8d0c-0b7a0b0f7a11' })
  errorId: string | null;
}

@ApiSchema({
  name: 'Problem',
  description: 'Problem details (RFC 9457) with additional members of this API.',
})
export class ProblemDto {
  /** URI of the problem type. It resolves to a documentation page of this gateway. */
  @ApiProperty({ format: 'uri-reference', example: '/problems/validation-failed' })
  type: string;

  /** Short summary, the same for every problem of this type. */
  @ApiProperty({ example: PROBLEMS['validation-failed'].title })
  title: string;

  /** HTTP status code. */
  @ApiProperty({ type: 'integer', minimum: 400, maximum: 599, example: 400 })
  status: number;

  /** Explanation of this occurrence and how to correct it. */
  @ApiProperty({ example: '1 field is invalid: schedule.cronExpression.' })
  detail: string;

  /** Path of the request. */
  @ApiProperty({ format: 'uri-reference', example: '/ingestion' })
  instance: string;

  /** Stable, machine-readable code of the problem. */
  @ApiProperty({ enum: Object.keys(PROBLEMS), enumName: 'ProblemCode', example: 'validation-failed' })
  code: ProblemCode;

  /** Id of this request in the log of the gateway. */
  @ApiProperty({ example: '0b0c8e1e-4f0e-4f57-9a57-0f8f2f3c8a11' })
  requestId: string;

  /** Validation errors, at most 100. If there are more, `detail` mentions it. */
  @ApiProperty({ type: [FieldErrorDto], maxItems: 100, required: false })
  errors?: FieldErrorDto[];

  /** Error response of Airbyte. Present if Airbyte refused the request or failed. */
  @ApiProperty({ type: UpstreamErrorDto, required: false })
  upstream?: UpstreamErrorDto;

  /** Id of the conflicting run, if there is one. */
  @ApiProperty({ required: false, example: '1234' })
  runId?: string;

  /** Id of the ingestion that is in the way, if there is one. */
  @ApiProperty({ required: false, example: 'conn-12345678-1234-1234-1234-123456789012' })
  connectionId?: string;
}
