import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { addCallerHooks } from './callers/callers.setup';
import { REQUEST_ID_HEADER } from './common/http/request-id';
import { buildDocument } from './openapi';

/** Everything that is set up on the application beyond its modules: shared by the start and by every test. */
export function configureApp(app: NestFastifyApplication): void {
  app.enableShutdownHooks([]);
  acceptJsonOnly(app);
  addRequestHooks(app);
  addCallerHooks(app);
  SwaggerModule.setup('docs', app, () => buildDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Airbyte Ingestion API',
  });
}

/** Of the parsers that Fastify brings only the one for JSON stays: everything else is answered with 415. */
function acceptJsonOnly(app: NestFastifyApplication): void {
  app.getHttpAdapter().getInstance().removeContentTypeParser('text/plain');
}

/** One log line for each request, and its id on every answer. */
function addRequestHooks(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header(REQUEST_ID_HEADER, request.id);
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime),
      },
      'request',
    );
    done();
  });
}
