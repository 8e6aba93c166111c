import { API_KEY_SCHEME, BEARER_SCHEME } from '../http/access-decorators';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { completeDocument } from '../api/openapi/complete-document';

/** Of the contract, by the rules of docs/versioning.md. */
export const API_VERSION = '0.1.0';

/** Where a gateway is that was started with its defaults. A served description names its own address. */
export const DEFAULT_SERVER = 'http://127.0.0.1:3000';

/** The API's description as Nest writes it; `npm run openapi:generate` makes the published ones of it. */
export function buildDocument(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Airbyte Ingestion API')
    .setDescription(
      'Create scheduled ingestions in Airbyte, and ask when data last arrived and when it will next. ' +
        'Errors are problem details as in RFC 9457; `code` names the kind of problem.',
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
        description:
          'A token of OIDC_ISSUER, checked as RFC8725 advises, or an API key. Its scopes must hold `x-required-scope`.',
      },
      BEARER_SCHEME,
    )
    .addTag('ingestion', 'Move data from a source to a destination.')
    .addTag('runs', 'Sync now, and look at what was synced.')
    .addTag('schedule', 'Understand schedules.')
    .addTag('health', 'For probes.')
    .build();
  return completeDocument(
    SwaggerModule.createDocument(app, config, { operationIdFactory: (_controller, method) => method }),
  );
}
