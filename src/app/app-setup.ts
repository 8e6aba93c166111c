import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { addCallerHooks } from './caller-hooks';
import { addJsonBodyParser } from '../http/json-body-parser';
import { addCallerTurns } from '../http/caller-turns';
import { addCrossOriginRules, refuseForeignPages } from '../http/cross-origin';
import { addFrontPage } from '../http/front-page';
import { addRawHttpGuards } from '../http/raw-http-guards';
import { addMethodTable, refuseOtherMethods } from '../http/method-table';
import { RequestsInFlight } from '../http/connections/requests-in-flight';
import { REQUEST_ID_HEADER } from '../http/request-id';
import { addSecurityHeaders } from '../http/security-headers';
import { WorkTurns } from '../http/work-turns';
import { SETTINGS, type Settings } from '../config/settings-types';
import { addApiDescriptions } from '../pages/api-description';
import { addDocsPage } from '../pages/docs-page';
import { addProblemPages } from '../pages/problem-pages';

/** Everything that is set up on the application beyond its modules: shared by the start and by every test. */
export function configureApp(app: NestFastifyApplication): void {
  app.enableShutdownHooks([]);
  const fastify = app.getHttpAdapter().getInstance();
  // Before whatever may let time pass: a request counts from the moment at which it is there.
  app.get(RequestsInFlight).watch(fastify);
  addMethodTable(fastify);
  const turns = new WorkTurns();
  addJsonBodyParser(fastify, turns);
  addRequestHooks(fastify);
  addSecurityHeaders(fastify);
  refuseOtherMethods(fastify);
  const settings = app.get<Settings>(SETTINGS);
  const { corsOrigins, allowedHosts } = settings;
  addRawHttpGuards(fastify, allowedHosts);
  addCrossOriginRules(fastify, corsOrigins);
  refuseForeignPages(fastify, corsOrigins);
  addCallerHooks(app);
  addCallerTurns(fastify, turns);
  addFrontPage(fastify);
  addApiDescriptions(fastify, requiresSignIn(settings));
  addDocsPage(fastify);
  addProblemPages(fastify);
}

/** Whether anybody has to sign in at all. */
function requiresSignIn({ apiKeys, oidc }: Settings): boolean {
  return apiKeys.length > 0 || oidc !== null;
}

/** One log line for each request, and its id on every answer. */
function addRequestHooks(fastify: FastifyInstance): void {
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
