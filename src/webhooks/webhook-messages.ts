import { type OpenAPIObject, getSchemaPath } from '@nestjs/swagger';
import { EventDto } from '../events/dto/event.dto';
import { EVENT_EXAMPLE } from '../events/dto/event-examples';
import { EXAMPLES } from './dto/webhook-examples';
import { WebhookTestMessageDto } from './dto/webhook-test-message.dto';

type PathItem = NonNullable<OpenAPIObject['webhooks']>[string];
type Operation = NonNullable<PathItem['post']>;

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
const HEADERS: NonNullable<Operation['parameters']> = [
  {
    name: 'webhook-id',
    in: 'header',
    required: true,
    description: 'Id of the event, or of the test message. It stays the same when the message is sent again.',
    schema: { type: 'string', maxLength: 64 },
    example: EVENT_EXAMPLE.id,
  },
  {
    name: 'webhook-timestamp',
    in: 'header',
    required: true,
    description:
      'Time of this attempt in seconds since 1970. Refuse messages whose time is more than five minutes from now.',
    schema: { type: 'string', pattern: '^[0-9]{1,12}$', maxLength: 12 },
    example: '1768442863',
  },
  {
    name: 'webhook-signature',
    in: 'header',
    required: true,
    description:
      'Signatures, separated by blanks. Each is `v1,` and the base64 of an HMAC-SHA256 with a secret of the webhook over ' +
      '`{webhook-id}.{webhook-timestamp}.{body}`. There are several while a secret is replaced.',
    schema: { type: 'string', pattern: '^v1,[A-Za-z0-9+/=]+( v1,[A-Za-z0-9+/=]+)*$', maxLength: 256 },
    example: 'v1,FcYawOPxN87CwsuySzJsZoRdUUOSYcjmxS3HcCJIEas=',
  },
];

/** Requests that the gateway sends to the URL of a webhook, for the description of the API (OpenAPI 3.1, `webhooks`). */
export const WEBHOOK_MESSAGES: NonNullable<OpenAPIObject['webhooks']> = {
  event: {
    post: message({
      operationId: 'receiveEvent',
      summary: 'An event for a webhook',
      description:
        'Sent to the URL of each webhook that has chosen the event, at least once (Standard Webhooks 1.0). Verify the signature with ' +
        'the body as it arrived. Any answer but a 2xx within 15 s is a failure, and the message is sent again for days.',
      schema: getSchemaPath(EventDto),
      value: EVENT_EXAMPLE,
    }),
  },
  test: {
    post: message({
      operationId: 'receiveWebhookTest',
      summary: 'A test message for a webhook',
      description: 'Sent by `POST /webhooks/{webhookId}/test`, once.',
      schema: getSchemaPath(WebhookTestMessageDto),
      value: EXAMPLES.testMessage,
    }),
  },
};

interface Message {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly schema: string;
  readonly value: object;
}

function message({ operationId, summary, description, schema, value }: Message): Operation {
  return {
    operationId,
    summary,
    description,
    tags: ['webhooks'],
    security: [],
    parameters: HEADERS,
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: { $ref: schema }, examples: { example: { summary, value } } },
      },
    },
    responses: {
      '2XX': { description: 'The receiver has accepted the message.' },
      default: {
        description:
          'The receiver has not accepted the message. 410 disables the webhook. `Retry-After` makes the pause before the next attempt longer.',
      },
    },
  };
}
