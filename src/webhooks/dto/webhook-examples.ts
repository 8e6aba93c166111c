const WEBHOOK = {
  webhookId: 'whk_Yx8pT1nQ2b7Zr5Lk0sVdEw',
  url: 'https://hooks.example.com/airbyte',
  description: 'Failures to the on-call team',
  types: ['run.failed'],
  connectionIds: [],
  workspaceId: null,
  status: 'enabled',
  disabledReason: null,
  failingSince: null,
  createdAt: '2026-01-15T10:30:00.000Z',
  updatedAt: '2026-01-15T10:30:00.000Z',
};
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw2nqjZ0kLh2U=';
const DELIVERY = {
  eventId: 'evt_kT3v0bqB6m1d9uEo4pXy2w',
  type: 'run.failed',
  connectionId: 'conn-12345678-1234-1234-1234-123456789012',
  sequence: 17,
  observedAt: '2026-01-15T02:07:43.120Z',
  state: 'succeeded',
  attempts: 1,
  lastAttemptAt: '2026-01-15T02:07:44.020Z',
  nextAttemptAt: null,
  statusCode: 204,
  fault: null,
  durationMs: 82,
};

/** Examples of requests and answers for the API description. */
export const EXAMPLES = {
  webhook: WEBHOOK,
  created: { ...WEBHOOK, secret: SECRET },
  list: { data: [WEBHOOK] },
  createBody: { url: WEBHOOK.url, description: WEBHOOK.description, types: WEBHOOK.types },
  patchBody: { types: ['run.failed', 'run.cancelled'] },
  rotateBody: { overlapSeconds: 86_400 },
  rotated: { secret: SECRET, previousExpiresAt: '2026-01-16T10:30:00.000Z' },
  recoverBody: { since: '2026-01-15T00:00:00Z' },
  deliveries: { data: [DELIVERY], next: null },
  resent: {
    ...DELIVERY,
    state: 'pending',
    attempts: 0,
    nextAttemptAt: '2026-01-15T10:30:00.000Z',
  },
  testMessage: {
    type: 'webhook.test',
    timestamp: '2026-01-15T10:30:00.000Z',
    data: { webhookId: WEBHOOK.webhookId },
  },
  tested: {
    isAccepted: true,
    messageId: 'msg_2b7Zr5Lk0sVdEwYx8pT1nQ',
    statusCode: 204,
    fault: null,
    durationMs: 82,
  },
} as const;
