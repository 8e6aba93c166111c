const CONNECTION_ID = 'conn-12345678-1234-1234-1234-123456789012';

/** The end of a run, as a gateway with the embedded Airbyte recorded it. */
export const EVENT_EXAMPLE = {
  id: 'evt__mXGSRlszas2OK77WJkTBW',
  type: 'run.succeeded',
  occurredAt: '2026-01-15T02:07:41.000Z',
  observedAt: '2026-01-15T02:07:43.120Z',
  connectionId: CONNECTION_ID,
  workspaceId: '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826',
  run: {
    runId: '1',
    connectionId: CONNECTION_ID,
    type: 'sync',
    status: 'succeeded',
    upstreamStatus: null,
    queuedAt: '2026-01-15T02:00:00.000Z',
    startedAt: null,
    endedAt: '2026-01-15T02:07:41.000Z',
    durationMs: 461000,
    rows: 4200,
    bytes: 1048576,
    failure: null,
  },
  status: null,
  webhook: null,
  links: {
    ingestion: `/ingestion/${CONNECTION_ID}`,
    status: `/ingestion/${CONNECTION_ID}/status`,
    run: `/ingestion/${CONNECTION_ID}/runs/1`,
    webhook: null,
  },
  sequence: 2,
};

export const LIST_EXAMPLE = {
  data: [EVENT_EXAMPLE],
  next: 'pos_1768442863120-0',
  hasMore: false,
  retentionSeconds: 604800,
  maxEvents: 200000,
  oldestObservedAt: '2026-01-08T10:30:00.000Z',
  completeUntil: '2026-01-15T02:07:43.110Z',
};

export const STREAM_EXAMPLE =
  `retry: 2000\n: alive\nid: pos_0\n\nid: ${EVENT_EXAMPLE.id}\nevent: ${EVENT_EXAMPLE.type}\n` +
  `data: ${JSON.stringify(EVENT_EXAMPLE)}\n\n`;
