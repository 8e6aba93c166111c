/** A run that has ended. */
export const RUN = {
  runId: 'r',
  connectionId: 'c',
  type: 'sync',
  status: 'succeeded',
  upstreamStatus: null,
  queuedAt: '2026-01-15T02:00:00.000Z',
  startedAt: '2026-01-15T02:00:01.000Z',
  endedAt: '2026-01-15T02:07:41.000Z',
  durationMs: 460_000,
  rows: 4200,
  bytes: 1_048_576,
  failure: null,
  attempts: null,
  streams: null,
  progress: null,
};

export const INGESTION = {
  connectionId: 'c',
  name: 'Orders to warehouse',
  sourceId: 's',
  destinationId: 'd',
  workspaceId: 'w',
  status: 'active',
  upstreamStatus: null,
  schedule: { scheduleType: 'manual', cronExpression: null, basicTiming: null, timeZone: null },
  streams: [],
  freshness: null,
  created: '2026-01-15T02:00:00.000Z',
};
