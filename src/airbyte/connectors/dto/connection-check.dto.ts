import { ApiProperty, ApiSchema } from '@nestjs/swagger';

const STATUSES = ['succeeded', 'failed'] as const;

@ApiSchema({ name: 'ConnectionCheck', description: 'Result of the check of a connector.' })
export class ConnectionCheckDto {
  /** `failed`: the connector cannot use this configuration. */
  @ApiProperty({ enum: STATUSES, enumName: 'ConnectionCheckStatus', example: 'succeeded' })
  status: (typeof STATUSES)[number];

  /** Reason of the failure, without secrets; null if the check succeeded or the connector gave none. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  message: string | null;
}
