/** The state of a gateway without callers, after a few requests. */
export const OPERATOR_EXAMPLE = {
  startedAt: '2026-01-15T10:30:00.000Z',
  uptimeS: 3,
  node: 'v24.21.0',
  memoryBytes: 146309120,
  airbyte: {
    isUp: true,
    circuit: 'closed',
    newestCalls: { calls: 12, failures: 6, p50Ms: 60, p95Ms: 128, maxMs: 128 },
    tokenLifetimeS: 898,
    clockAheadMs: -382,
  },
  queue: {
    waiting: 0,
    running: { read: 0, create: 0, discover: 0, start: 0, cancel: 0 },
    limits: { waiting: 1000, running: 3, creates: 2, starts: 2 },
  },
  mirror: {
    feedAgeMs: 211,
    listAgeMs: 2176,
    connections: 1,
    unreadConnections: 0,
    isFull: false,
    reloads: 0,
  },
  redis: null,
  disk: { freeBytes: 73777500160, sizeBytes: 270553174016 },
  rateLimitPerMinute: 6000,
  callers: [],
  problems: [
    {
      code: 'ingestion-not-found',
      count: 1,
      route: '/ingestion/:connectionId/status',
      requestId: '0b0c8e1e-4f0e-4f57-9a57-0f8f2f3c8a11',
      lastAt: '2026-01-15T10:30:02.000Z',
    },
  ],
};
