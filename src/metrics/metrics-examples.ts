/** Media types without parameters, in the order of preference. */
export const MEDIA_TYPES = ['text/plain', 'application/openmetrics-text'] as const;

const ID = 'conn-12345678-1234-1234-1234-123456789012';

/** Parts of a page of metrics. */
export const METRICS_EXAMPLE =
  '# HELP airbyte_ingestion_lag_seconds Time since the end of the newest successful run.\n' +
  '# TYPE airbyte_ingestion_lag_seconds gauge\n' +
  `airbyte_ingestion_lag_seconds{connection_id="${ID}"} 4.827\n` +
  '# HELP airbyte_ingestion_runs_total Runs that have ended since the start of the gateway.\n' +
  '# TYPE airbyte_ingestion_runs_total counter\n' +
  `airbyte_ingestion_runs_total{connection_id="${ID}",outcome="succeeded"} 1\n`;

/** The same in OpenMetrics, where the name of a counter has no `_total` in `HELP` and `TYPE`. */
export const OPEN_METRICS_EXAMPLE = `${METRICS_EXAMPLE.replace(/^(# \S+ \S+)_total /gm, '$1 ')}# EOF\n`;
