import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathOf, WEBHOOK_ID } from './calls';
import { NO_REDIS, type ProblemScenario } from './scenario';
import type { ScenarioContext, Setting } from './test-gateways';

/** A gateway with an event log. */
const EVENTS: Setting = {
  settings: { FEED_INTERVAL_MS: '600000', DATA_DIR: join(tmpdir(), `contract-events-${process.pid}`) },
  isOwn: true,
};

/** A gateway with webhooks that no other scenario has. */
function webhookFolder(name: string): Setting {
  const folder = join(tmpdir(), `contract-webhooks-${name}-${process.pid}`);
  return { settings: { FEED_INTERVAL_MS: '600000', DATA_DIR: folder }, isOwn: true };
}

async function createWebhooks(context: ScenarioContext, count: number): Promise<string> {
  let id = '';
  for (let made = 0; made < count; made++) {
    const { body } = await context.sendAs('createWebhook');
    id = typeof body === 'object' && body !== null && 'webhookId' in body ? String(body.webhookId) : '';
  }
  return id;
}

/** The call of an operation that needs a webhook. */
function onWebhook(name: string): ProblemScenario {
  return {
    ...webhookFolder(name),
    run: async (context) => {
      const webhookId = await createWebhooks(context, 1);
      return context.send({ path: pathOf(context.call.template, { webhookId }) });
    },
  };
}

/** The answers that need an event log or webhooks. */
export const EVENT_SCENARIOS: Readonly<Record<string, ProblemScenario>> = {
  'events-expired': {
    ...EVENTS,
    run: (context) => context.send({ query: `?after=evt_${'0'.repeat(22)}` }),
  },
  'webhook-not-found': { ...webhookFolder('none'), run: (context) => context.send() },
  'delivery-not-found': {
    ...webhookFolder('undelivered'),
    run: async (context) => {
      const webhookId = await createWebhooks(context, 1);
      const given = await context.send({ path: pathOf(context.call.template, { webhookId }) });
      // The example has the same id each time.
      const text = JSON.stringify(given.body).replaceAll(webhookId, WEBHOOK_ID);
      return { ...given, body: JSON.parse(text) as unknown };
    },
  },
  'too-many-webhooks': {
    ...webhookFolder('full'),
    run: async (context) => {
      await createWebhooks(context, 20);
      return context.send();
    },
  },
  'createWebhook 201': { ...webhookFolder('new'), run: (context) => context.send() },
  'listWebhooks 200': { ...webhookFolder('list'), run: (context) => context.send() },
  ...Object.fromEntries(
    [
      'getWebhook 200',
      'patchWebhook 200',
      'deleteWebhook 204',
      'listDeliveries 200',
      'testWebhook 200',
      'rotateWebhookSecret 200',
      'recoverWebhook 200',
    ].map((answer) => [answer, onWebhook(answer.slice(0, -4))]),
  ),
  'events-unavailable': {
    settings: {
      REDIS_URL: NO_REDIS,
      FEED_INTERVAL_MS: '600000',
      DATA_KEY: Buffer.alloc(32).toString('base64'),
    },
    run: (context) => context.send(),
  },
  'listEvents 200': { ...EVENTS, run: (context) => context.send() },
};
