import type { AirbyteClient } from '../../airbyte/client/airbyte.client';
import type { CallEvent } from '../../airbyte/client/resilience/request-runner';
import type { MetricSet } from './metric-set';
import { REQUEST_BOUNDS_S, statusClass } from './request-metrics';

/** Durations of requests to Airbyte, and the state of the client. Nothing is sent for them. */
export function addUpstreamMetrics(metrics: MetricSet, { caller }: AirbyteClient): void {
  const durations = metrics.histogram(
    'http_client_request_duration_seconds',
    'Duration of requests to Airbyte, by operation of the client. error_type is the kind of failure.',
    { labelNames: ['operation', 'http_response_status_class', 'error_type'], buckets: REQUEST_BOUNDS_S },
  );
  caller.runner.onCall(({ operation, status, kind, durationMs }: CallEvent) => {
    durations.observe(
      {
        operation,
        http_response_status_class: status === undefined ? 'none' : statusClass(status),
        error_type: kind ?? '',
      },
      durationMs / 1000,
    );
  });
  const { gate, breaker, runner } = caller;
  metrics.gauge('airbyte_gateway_airbyte_up', '0 during an outage of Airbyte.', () => Number(!runner.isDown));
  metrics.gauge('airbyte_gateway_circuit_open', '1 while the circuit breaker is open.', () =>
    Number(breaker.isOpen),
  );
  metrics.gauge('airbyte_gateway_queue_waiting', 'Calls to Airbyte that wait for a slot.', () => gate.queued);
  metrics.gauges('airbyte_gateway_calls_running', 'Calls to Airbyte in progress.', 'lane', () =>
    Object.entries(gate.activeByLane),
  );
  metrics.gauge(
    'airbyte_gateway_token_lifetime_seconds',
    'Remaining lifetime of the access token for Airbyte.',
    () => seconds(caller.tokenExpiresInMs),
  );
  metrics.gauge(
    'airbyte_gateway_clock_skew_seconds',
    "Time by which Airbyte's clock is ahead of the clock of this machine.",
    () => caller.upstreamClock.aheadMs / 1000,
  );
}

/** @returns null for null */
export function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
