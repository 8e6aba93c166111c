import { join, resolve } from 'node:path';
import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module';
import { Changes } from '../airbyte/core/changes';
import { CoreModule } from '../airbyte/core/core.module';
import { Mirror } from '../airbyte/mirror/mirror';
import { MirrorModule } from '../airbyte/mirror/mirror.module';
import { StatusModule } from '../airbyte/status/status.module';
import { StatusService } from '../airbyte/status/status.service';
import { SETTINGS, type Settings } from '../config/settings-types';
import { CLOCK, type Clock } from '../lib/clock';
import { RedisModule } from '../redis/redis.module';
import { RedisState } from '../redis/redis-state';
import { EventsController } from './events.controller';
import { EventsRuntime, type KeptEvents } from './events-runtime';
import { EventsService } from './events.service';
import { EventStreamController } from './stream/event-stream.controller';
import { EventStreams } from './stream/event-streams';
import { EventLog } from './log/event-log';
import type { EventStore, LogBounds } from './log/event-store';
import { RedisEventStore } from './log/redis-store';
import { ReaderActivity } from './log/reader-activity';
import { IngestionObserver } from './recorder/ingestion-observer';
import { JobInbox } from './recorder/job-inbox';
import { Observer } from './recorder/observer';
import { EventRecorder } from './recorder/recorder';

/** More than a week of 1,000 ingestions that run every two hours. An event has about 1 kB. */
const MAX_EVENTS = 200_000;

/** The event log: what has happened to runs and ingestions. */
@Module({
  imports: [AuthModule, CoreModule, MirrorModule, StatusModule, RedisModule],
  controllers: [EventsController, EventStreamController],
  providers: [
    EventsService,
    { provide: EventStreams, useFactory: (clock: Clock) => new EventStreams(clock), inject: [CLOCK] },
    {
      provide: EventsRuntime,
      useFactory: createRuntime,
      inject: [SETTINGS, CLOCK, RedisState, Mirror, Changes, StatusService],
    },
  ],
  exports: [EventsRuntime],
})
export class EventsModule {}

async function createRuntime(
  settings: Settings,
  clock: Clock,
  redis: RedisState,
  mirror: Mirror,
  changes: Changes,
  statuses: StatusService,
): Promise<EventsRuntime> {
  const { retentionMs, offReason } = settings.events;
  const bounds = { retentionMs, maxEvents: MAX_EVENTS };
  const store = await openStore(settings, bounds, () => clock.now().getTime(), redis);
  if (store === null) return new EventsRuntime(null, offReason);
  const inbox = new JobInbox();
  const ingestions = new IngestionObserver(mirror, changes, statuses);
  const observer = new Observer({ mirror, ingestions, inbox, clock, maxJobs: MAX_EVENTS });
  const activity = new ReaderActivity(store, retentionMs, clock);
  const recorder = new EventRecorder({ mirror, store, activity, observer, changes, inbox, clock });
  const kept: KeptEvents = { store, log: new EventLog(store, bounds, clock), activity, recorder };
  return new EventsRuntime(kept, null);
}

async function openStore(
  { events, dataDir }: Settings,
  bounds: LogBounds,
  nowMs: () => number,
  redis: RedisState,
): Promise<EventStore | null> {
  switch (events.storage) {
    case 'redis':
      return new RedisEventStore(redis, events.upstreamId, bounds, nowMs);
    case 'sqlite': {
      // Loaded only if needed, because most gateways in front of a real Airbyte use no file.
      const { SqliteEventStore } = await import('./log/sqlite-store.js');
      const path = join(resolve(dataDir), `events-${events.upstreamId}.db`);
      return SqliteEventStore.open(path, bounds, nowMs);
    }
    case null:
      return null;
  }
}
