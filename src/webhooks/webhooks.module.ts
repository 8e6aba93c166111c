import { join, resolve } from 'node:path';
import { Module } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings-types';
import { EventsModule } from '../events/events.module';
import { EventsRuntime } from '../events/events-runtime';
import { CLOCK, type Clock } from '../lib/clock';
import { TRACER, type Tracer } from '../lib/tracer';
import { RedisModule } from '../redis/redis.module';
import { RedisState } from '../redis/redis-state';
import { DeliveriesController } from './deliveries.controller';
import { DeliveriesService } from './deliveries.service';
import { Attempter } from './engine/attempter';
import { WebhookEngine } from './engine/engine';
import { boxKey } from './secrets/box-key';
import { SecretBox } from './secrets/secret-box';
import { ReceiverRules } from './sender/receiver-rules';
import { WebhookSender } from './sender/webhook-sender';
import { RedisWebhookStore } from './store/redis-webhook-store';
import type { WebhookStore } from './store/webhook-store';
import { WebhooksController } from './webhooks.controller';
import { WebhooksRuntime } from './webhooks-runtime';
import { WebhooksService } from './webhooks.service';

/** Finished deliveries are kept for this time, if there are not too many. */
const RETENTION_MS = 7 * 86_400_000;

/** Webhooks: events are sent to the receivers that callers have named. */
@Module({
  imports: [EventsModule, RedisModule],
  controllers: [WebhooksController, DeliveriesController],
  providers: [
    WebhooksService,
    DeliveriesService,
    {
      provide: WebhooksRuntime,
      useFactory: createRuntime,
      inject: [SETTINGS, CLOCK, TRACER, EventsRuntime, RedisState],
    },
  ],
})
export class WebhooksModule {}

async function createRuntime(
  settings: Settings,
  clock: Clock,
  tracer: Tracer | null,
  events: EventsRuntime,
  redis: RedisState,
): Promise<WebhooksRuntime> {
  const { offReason, allowedHosts } = settings.webhooks;
  if (offReason !== null) return new WebhooksRuntime(null, offReason);
  const store = await openStore(settings, redis);
  const box = new SecretBox(boxKey(resolve(settings.dataDir), settings.dataKey));
  const sender = new WebhookSender(new ReceiverRules(allowedHosts), clock, { tracer });
  const attempter = new Attempter(sender, box, clock);
  const engine = new WebhookEngine({ store, events, attempter, clock, retentionMs: RETENTION_MS });
  return new WebhooksRuntime({ store, engine, attempter, box }, null);
}

async function openStore({ events, dataDir }: Settings, redis: RedisState): Promise<WebhookStore> {
  if (events.storage === 'redis') return new RedisWebhookStore(redis, events.upstreamId);
  // Loaded only if needed, because most gateways in front of a real Airbyte use no file.
  const { SqliteWebhookStore } = await import('./store/sqlite-webhook-store.js');
  return SqliteWebhookStore.open(join(resolve(dataDir), `webhooks-${events.upstreamId}.db`));
}
