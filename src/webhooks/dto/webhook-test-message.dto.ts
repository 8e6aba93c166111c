import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'TestedWebhook', description: 'The webhook that is tested.' })
export class TestedWebhookDto {
  /** Identifies the webhook. */
  @ApiProperty({ example: 'whk_Yx8pT1nQ2b7Zr5Lk0sVdEw' })
  webhookId: string;
}

const TYPES = ['webhook.test'] as const;

@ApiSchema({ name: 'WebhookTestMessage', description: 'A message that tests a webhook. It is no event.' })
export class WebhookTestMessageDto {
  /** Kind of the message. */
  @ApiProperty({ enum: TYPES, enumName: 'WebhookTestType', example: 'webhook.test' })
  type: (typeof TYPES)[number];

  /** Time of the test. */
  @ApiProperty({ format: 'date-time', example: '2026-01-15T10:30:00.000Z' })
  timestamp: string;

  /** The webhook that is tested. */
  @ApiProperty({ type: () => TestedWebhookDto })
  data: TestedWebhookDto;
}
