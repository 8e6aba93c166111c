import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AirbyteClient } from '../airbyte/client/airbyte.client';
import { addCallerHooks } from './caller-hooks';
import { TRACER, type Tracer } from '../lib/tracer';
import { addTraceHooks } from './trace-hooks';
import { addRequestLog, addUpstreamLog } from './request-log';
import { addJsonBodyParser } from '../http/json-body-parser';
import { addCallerTurns } from '../http/caller-turns';
import { addCrossOriginRules, refuseForeignPages } from '../http/cross-origin';
import { addRawHttpGuards } from '../http/raw-http-guards';
import { addMethodTable, refuseOtherMethods } from '../http/method-table';
import { GatewayMetrics } from '../metrics/gateway/gateway-metrics';
import { OperatorService } from '../operator/operator.service';
import { RequestsInFlight } from '../http/connections/requests-in-flight';
import { REQUEST_ID_HEADER } from '../http/request-id';
import { addSecurityHeaders } from '../http/security-headers';
import { requiresAuthentication, SETTINGS, type Settings } from '../config/settings-types';
import { addApiDescriptions } from '../pages/api-description';
import { addDocsPage } from '../pages/docs-page';
import { addGuidePage } from '../pages/guide-page';
import { addProblemPages } from '../pages/problem-pages';
import { addUiPage } from '../pages/ui-page';

/** Adds hooks and routes that do not belong to a Nest module. Call it before `app.init()`. */
export function configureApp(app: NestFastifyApplication): void {
  const settings = app.get<Settings>(SETTINGS);
  addHooks(app, settings);
  const fastify = app.getHttpAdapter().getInstance();
  const signIn = requiresAuthentication(settings);
  const isEmbedded = !settings.airbyte.disablesFailing;
  addGuidePage(fastify, { signIn, isEmbedded, hasUi: settings.servesUi });
  addApiDescriptions(fastify, signIn);
  addDocsPage(fastify, { signIn, isEmbedded });
  addProblemPages(fastify);
  if (settings.servesUi) addUiPage(fastify, signIn);
}

/**
 * Adds the hooks. Fastify runs them in this order:
 * 1. `RequestsInFlight`, so that a shutdown waits for every request.
 * 2. Request id and security headers, so that error responses have them too.
 * 3. Checks of method, Host and origin. They precede authentication, because a preflight request has no credentials.
 * 4. Authentication, rate limit, idempotency and audit.
 * 5. Turns, because they use the id of the caller.
 * Add all hooks before the routes: Fastify calls `onRoute` hooks only for routes that are added later.
 */
function addHooks(app: NestFastifyApplication, { allowedHosts, corsOrigins }: Settings): void {
  const fastify = app.getHttpAdapter().getInstance();
  app.get(RequestsInFlight).watch(fastify);
  addMethodTable(fastify);
  addJsonBodyParser(fastify);
  app.get(GatewayMetrics).requests.watch(fastify);
  app.get(OperatorService).requests.watch(fastify);
  addRequestId(fastify);
  addTraceHooks(fastify, app.get<Tracer | null>(TRACER));
  addRequestLog(fastify);
  if (fastify.log.level === 'debug' || fastify.log.level === 'trace')
    addUpstreamLog(app.get(AirbyteClient), fastify.log);
  addSecurityHeaders(fastify);
  refuseOtherMethods(fastify);
  addRawHttpGuards(fastify, allowedHosts);
  addCrossOriginRules(fastify, corsOrigins);
  refuseForeignPages(fastify, corsOrigins);
  addCallerHooks(app);
  addCallerTurns(fastify);
}

/** Adds the request id to every response. */
function addRequestId(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header(REQUEST_ID_HEADER, request.id);
    done();
  });
}
