import { Inject, Injectable } from '@nestjs/common';
import { collectDefaultMetrics } from 'prom-client';
import { AirbyteClient } from '../../airbyte/client/airbyte.client';
import { Mirror } from '../../airbyte/mirror/mirror';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { IdempotencyHooks } from '../../idempotency/idempotency-hooks';
import { dataDisk } from '../../lib/data-disk';
import { RedisState } from '../../redis/redis-state';
import type { Family } from '../exposition';
import { MetricSet } from './metric-set';
import { RequestMetrics } from './request-metrics';
import { addUpstreamMetrics, seconds } from './upstream-metrics';

/** Gauges of prom-client with the ending of counters, which OpenMetrics reserves. Others have the same values by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** Metrics of the gateway itself. */
@Injectable()
export class GatewayMetrics {
  readonly requests: RequestMetrics;
  private readonly metrics = new MetricSet();

  constructor(
    client: AirbyteClient,
    mirror: Mirror,
    redis: RedisState,
    idempotency: IdempotencyHooks,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.requests = new RequestMetrics(this.metrics);
    addUpstreamMetrics(this.metrics, client);
    if (settings.mirror.feedIntervalMs > 0) this.addMirror(mirror);
    this.addStores(redis, idempotency);
    this.addDisk(settings);
    this.addProcess();
  }

  families(): Promise<Family[]> {
    return this.metrics.families();
  }

  private addMirror(mirror: Mirror): void {
    const gauge = (name: string, help: string, read: () => number | null): void => {
      this.metrics.gauge(`airbyte_gateway_mirror_${name}`, help, read);
    };
    gauge(
      'lag_seconds',
      'Age of the newest successful read of changed jobs. Absent while none are followed.',
      () => seconds(mirror.state().feedAgeMs),
    );
    gauge('list_age_seconds', 'Age of the newest complete list of connections.', () =>
      seconds(mirror.state().listAgeMs),
    );
    gauge('connections', 'Connections in memory.', () => mirror.state().connections);
    gauge(
      'unread_connections',
      'Connections whose jobs are not known.',
      () => mirror.state().unreadConnections,
    );
    gauge('full', '1 if connections were left out, because MIRROR_MAX_CONNECTIONS is reached.', () =>
      Number(mirror.state().isFull),
    );
    this.metrics.count(
      'airbyte_gateway_mirror_reloads',
      'Times that all jobs had to be loaded again.',
      () => mirror.state().reloads,
    );
  }

  private addStores(redis: RedisState, idempotency: IdempotencyHooks): void {
    if (redis.isConfigured)
      this.metrics.gauge('airbyte_gateway_redis_up', '0 while Redis cannot be used.', () =>
        Number(redis.isAvailable),
      );
    const results = this.metrics.counter(
      'airbyte_gateway_idempotency_keys',
      'Requests with an Idempotency-Key, by what was known of the key.',
      ['result'],
    );
    idempotency.onBegin = (result) => {
      results.inc({ result });
    };
    this.metrics.gauge(
      'airbyte_gateway_idempotency_unsaved',
      'Outcomes of requests with an Idempotency-Key that are not stored yet.',
      () => idempotency.unsavedCount,
    );
  }

  private addProcess(): void {
    const { registry } = this.metrics;
    collectDefaultMetrics({ register: registry });
    for (const name of MISNAMED) registry.removeSingleMetric(name);
  }

  /** The embedded Airbyte keeps its state in `DATA_DIR`. A gateway for another Airbyte does not use it. */
  private addDisk({ airbyte, dataDir }: Settings): void {
    if (airbyte.disablesFailing) return;
    this.metrics.gauge(
      'airbyte_gateway_data_dir_free_bytes',
      'Free space of the disk of DATA_DIR.',
      async () => (await dataDisk(dataDir))?.freeBytes ?? null,
    );
    this.metrics.gauge(
      'airbyte_gateway_data_dir_size_bytes',
      'Size of the disk of DATA_DIR.',
      async () => (await dataDisk(dataDir))?.sizeBytes ?? null,
    );
  }
}
