import { API_KEY_SCHEME, BEARER_SCHEME } from '../http/access-decorators';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { completeDocument } from '../api/openapi/complete-document';
import { WebhookTestMessageDto } from '../webhooks/dto/webhook-test-message.dto';
import { WEBHOOK_MESSAGES } from '../webhooks/webhook-messages';

/** Version of the API contract (docs/versioning.md). */
export const API_VERSION = '0.1.0';

/** Server URL with default settings. Served documents contain the actual URL. */
export const DEFAULT_SERVER = 'http://127.0.0.1:3000';

/** Builds the OpenAPI document from the controllers. `npm run openapi:generate` converts it to the published documents. */
export function buildDocument(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Airbyte Ingestion API')
    .setDescription(
      'Create scheduled ingestions in Airbyte and get the times of the last and the next sync. ' +
        'Errors are problem details (RFC 9457) with a machine-readable `code`.',
    )
    .setVersion(API_VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .setOpenAPIVersion('3.0.3')
    .addServer(DEFAULT_SERVER, 'This gateway.')
    .addApiKey(
      { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'A key whose hash is in API_KEYS.' },
      API_KEY_SCHEME,
    )
    .addBearerAuth(
      {
        type: 'http',
        // The linter of the description requires this spelling of RFC 8725.
        description:
          'A token of OIDC_ISSUER, verified according to RFC8725, or an API key. Its scopes must include `x-required-scope`.',
      },
      BEARER_SCHEME,
    )
    .addTag('ingestion', 'Manage ingestions from a source to a destination.')
    .addTag('connectors', 'Manage sources, destinations and the connectors that they use.')
    .addTag('runs', 'Start, follow and list runs.')
    .addTag('schedule', 'Validate and explain schedules.')
    .addTag('events', 'Follow what happens to runs and ingestions.')
    .addTag('webhooks', 'Receive events by HTTP requests.')
    .addTag('operator', 'Observe the gateway itself.')
    .addTag('health', 'Liveness and readiness probes.')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (_controller, method) => method,
    extraModels: [WebhookTestMessageDto],
  });
  return completeDocument({ ...document, webhooks: WEBHOOK_MESSAGES });
}
