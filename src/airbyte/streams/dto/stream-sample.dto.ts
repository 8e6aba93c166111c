import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsOptionalText } from '../../../api/validation/decorators';

const MAX_SAMPLE_FIELDS = 1000;
const MAX_SAMPLE_ROWS = 10;

/** Query of a sample. */
export class StreamSampleQueryDto {
  /** Namespace of the stream. Needed only if the source has several streams of this name. */
  @ApiProperty({ type: 'string', required: false, maxLength: 1000, example: 'public' })
  @IsOptionalText(1000, 'Give the namespace of the stream, or leave it out.')
  namespace?: string | null;
}

@ApiSchema({ name: 'SampleField', description: 'A field of a stream with its type.' })
export class SampleFieldDto {
  @ApiProperty({ example: 'amount' })
  name: string;

  /** JSON type of the values, such as `string`, or several, such as `string or object`; null if the source does not tell it. */
  @ApiProperty({ type: 'string', nullable: true, example: 'number' })
  type: string | null;

  /** Whether values may be null. */
  @ApiProperty({ type: 'boolean', example: true })
  isNullable: boolean;

  /** Format of the values, such as `date-time`; null if the source does not tell it. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  format: string | null;
}

@ApiSchema({ name: 'CutValue', description: 'A value of a sample that is shortened.' })
export class CutValueDto {
  /** Index of the row in `rows`, from 0. */
  @ApiProperty({ type: 'integer', format: 'int32', minimum: 0, maximum: MAX_SAMPLE_ROWS - 1, example: 0 })
  row: number;

  /** Name of the field. */
  @ApiProperty({ example: 'description' })
  field: string;
}

@ApiSchema({ name: 'StreamSample', description: 'The first rows of a stream, with the types of its fields.' })
export class StreamSampleDto {
  /** Id of the source. */
  @ApiProperty({ example: '95e66a59-8045-4307-9678-63bc3c9b8c93' })
  sourceId: string;

  /** Name of the stream. */
  @ApiProperty({ example: 'orders' })
  name: string;

  /** Namespace that was asked for; null if none was. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  namespace: string | null;

  /** Time when the sample was read. */
  @ApiProperty({ format: 'date-time', example: '2026-01-15T10:30:00.000Z' })
  sampledAt: string;

  /** Fields that the source declares, at most 1,000. */
  @ApiProperty({ type: [SampleFieldDto], maxItems: MAX_SAMPLE_FIELDS })
  fields: SampleFieldDto[];

  /**
   * Up to ten rows. Numbers with more digits than JavaScript keeps are texts. Secrets of the configuration of the source are
   * masked.
   */
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    maxItems: MAX_SAMPLE_ROWS,
    example: [{ order_id: 1, amount: 12.5 }],
  })
  rows: Readonly<Record<string, unknown>>[];

  /** Values that are shortened. They end with `…`, and objects and lists among them are JSON texts. */
  @ApiProperty({ type: [CutValueDto], maxItems: MAX_SAMPLE_FIELDS * MAX_SAMPLE_ROWS })
  cut: CutValueDto[];

  /** Number of fields that the rows have and the sample does not show. */
  @ApiProperty({ type: 'integer', format: 'int32', minimum: 0, maximum: 2147483647, example: 0 })
  leftOutFields: number;

  /** True if the stream has no other rows. */
  @ApiProperty({ type: 'boolean', example: false })
  isComplete: boolean;
}
