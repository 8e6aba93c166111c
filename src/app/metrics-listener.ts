import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { ProblemException } from '../api/problem/problem.exception';
import type { MetricsSettings } from '../config/settings-types';
import { addRawHttpGuards } from '../http/raw-http-guards';
import type { MetricsPages } from '../metrics/metrics-page';
import { addOpenMetricsRoute } from '../metrics/send-metrics';
import { createFastifyAdapter, writeFrameworkError } from './fastify-adapter';

/** A server that has nothing but the metrics, without authentication. */
export interface MetricsListener {
  readonly port: number;
  close(): Promise<void>;
}

export async function listenForMetrics(
  pages: MetricsPages,
  { port, allowedHosts }: MetricsSettings & { readonly port: number },
  host: string,
  logger: Logger,
): Promise<MetricsListener> {
  const fastify: FastifyInstance = createFastifyAdapter(logger).getInstance();
  addRawHttpGuards(fastify, allowedHosts);
  addOpenMetricsRoute(fastify, pages);
  fastify.setErrorHandler<Error>(writeFrameworkError);
  fastify.setNotFoundHandler(() => {
    throw new ProblemException('route-not-found', 'This port serves only GET /metrics.');
  });
  await fastify.listen({ port, host });
  const [address] = fastify.addresses();
  return { port: address?.port ?? port, close: () => fastify.close() };
}
