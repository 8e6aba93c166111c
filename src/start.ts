import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { AppModule } from './app/app.module';
import { ApiKeyRing } from './auth/api-keys';
import { configureApp } from './app/app-setup';
import { type Clock, systemClock } from './lib/clock';
import type { Tracer } from './lib/tracer';
import { createFastifyAdapter } from './app/fastify-adapter';
import { listenForMetrics, type MetricsListener } from './app/metrics-listener';
import { MetricsPages } from './metrics/metrics-page';
import { RequestsInFlight } from './http/connections/requests-in-flight';
import { createLogger, nestLogger } from './lib/logger';
import {
  type ApiKey,
  requiresAuthentication,
  type ResolvedSettings,
  type Settings,
  type TracingSettings,
} from './config/settings-types';
import { requireFreeAddress } from './lib/free-address';
import { StartError } from './config/start-error';
import { HealthService } from './health/health.service';

/** A gateway that accepts requests. */
export interface RunningGateway {
  /** Base URL, e.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  /** URL of the metrics on `METRICS_PORT`; null if they are on the main port. */
  readonly metricsUrl: string | null;
  readonly isEmbedded: boolean;
  readonly requiresAuthentication: boolean;
  readonly logger: Logger;
  /** From now on only these API keys are accepted. */
  replaceApiKeys(keys: readonly ApiKey[]): void;
  /** Answers the requests in flight, closes the port and stops the embedded Airbyte. */
  close(): Promise<void>;
}

interface Upstream {
  readonly settings: ResolvedSettings;
  close(): Promise<void>;
}

/** At shutdown, the gateway closes all connections after this time, even if requests are unanswered. */
const REQUESTS_LIMIT_MS = 20_000;

/** Starts the gateway. If `AIRBYTE_API_URL` is not set, starts the embedded Airbyte first. */
export async function start(
  settings: Settings,
  clock: Clock = systemClock,
  requestsLimitMs = REQUESTS_LIMIT_MS,
): Promise<RunningGateway> {
  const logger = createLogger(settings.logLevel);
  for (const warning of settings.warnings) logger.warn(warning);
  await requireFreeAddress(settings.host, settings.port, 'PORT');
  const { port: metricsPort } = settings.metrics;
  if (metricsPort !== null) await requireFreeAddress(settings.host, metricsPort, 'METRICS_PORT');
  const upstream = await resolveUpstream(settings, logger);
  try {
    const tracer = await openTracer(settings.tracing);
    const app = await createApp(upstream.settings, clock, logger, tracer);
    const inFlight = app.get(RequestsInFlight);
    const { openConnections } = app.getHttpAdapter().getInstance();
    await app.listen(settings.port, settings.host);
    const metrics = await startMetrics(app, settings, logger);
    return {
      url: urlOf(app, settings.host),
      metricsUrl: metrics && `${originOf(settings.host, metrics.port)}/metrics`,
      isEmbedded: settings.airbyte.apiUrl === null,
      requiresAuthentication: requiresAuthentication(settings),
      logger,
      replaceApiKeys: (keys) => {
        app.get(ApiKeyRing).replace(keys);
      },
      close: async () => {
        app.get(HealthService).beginStopping();
        const endDrain = openConnections.drain(requestsLimitMs, () => inFlight.connections());
        await app.close().finally(endDrain);
        await metrics?.close();
        await tracer?.close().catch((error: unknown) => {
          logger.warn(
            { err: error },
            'The last spans were not sent, because the collector cannot be reached.',
          );
        });
        await upstream.close();
      },
    };
  } catch (error) {
    await upstream.close();
    throw error;
  }
}

/** Creates and configures the application. It does not listen yet. */
export async function createApp(
  settings: ResolvedSettings,
  clock: Clock,
  logger: Logger,
  tracer: Tracer | null = null,
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(settings, clock, tracer),
    createFastifyAdapter(logger, undefined, settings.trustedProxies),
    { logger: nestLogger(logger), abortOnError: false, bodyParser: false },
  );
  configureApp(app);
  await app.init();
  return app;
}

async function resolveUpstream(settings: Settings, logger: Logger): Promise<Upstream> {
  const { apiUrl } = settings.airbyte;
  if (apiUrl !== null) {
    return {
      settings: { ...settings, airbyte: { ...settings.airbyte, apiUrl } },
      close: () => Promise.resolve(),
    };
  }
  // Imported only if needed, because a gateway for a real Airbyte uses no database.
  const { EmbeddedStartError, startEmbeddedAirbyte } = await import('./embedded/index.js');
  const starting = startEmbeddedAirbyte({
    dataDir: settings.dataDir,
    dataKey: settings.dataKey,
    emptyOverwrite: settings.emptyOverwrite,
    log: {
      info: (message, ids) => {
        logger.info(ids ?? {}, message);
      },
      warn: (message, ids) => {
        logger.warn(ids ?? {}, message);
      },
      error: (message, ids) => {
        logger.error(ids ?? {}, message);
      },
    },
  });
  const embedded = await starting.catch((error: unknown) => {
    throw error instanceof EmbeddedStartError ? new StartError(error.message, { cause: error }) : error;
  });
  const credentials = {
    kind: 'client',
    clientId: embedded.clientId,
    clientSecret: embedded.clientSecret,
  } as const;
  return {
    settings: { ...settings, airbyte: { ...settings.airbyte, apiUrl: embedded.apiUrl, credentials } },
    close: () => embedded.close(),
  };
}

function urlOf(app: NestFastifyApplication, host: string): string {
  const address = app.getHttpServer().address();
  return originOf(host, typeof address === 'object' && address !== null ? address.port : 0);
}

function originOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

async function startMetrics(
  app: NestFastifyApplication,
  { metrics, host }: Settings,
  logger: Logger,
): Promise<MetricsListener | null> {
  const { port } = metrics;
  if (port === null) return null;
  return listenForMetrics(app.get(MetricsPages), { ...metrics, port }, host, logger);
}

/** Loaded only if needed, because the packages of OpenTelemetry are large. */
async function openTracer(tracing: TracingSettings): Promise<Tracer | null> {
  if (tracing.endpoint === null) return null;
  const { OtlpTracer } = await import('./tracing/otlp-tracer.js');
  return new OtlpTracer(tracing, tracing.endpoint);
}
