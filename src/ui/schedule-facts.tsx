import type { IngestionStatusReport, Schedule } from '@airbyte-ingestion/client';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { FiringTable } from './firing-table';
import type { Session } from './session';

interface Explained {
  readonly description: string;
  readonly firings: readonly string[];
}

/** The schedule in words, and its next firings. */
export function ScheduleFacts({
  status,
  session,
}: {
  readonly status: IngestionStatusReport;
  readonly session: Session;
}): JSX.Element {
  const { schedule } = status;
  const [explained, setExplained] = useState<Explained | null>(null);
  useEffect(() => {
    if (schedule === null) return undefined;
    const stop = new AbortController();
    session.client.preview({ schedule: requestOf(schedule), count: 5 }, { signal: stop.signal }).then(
      ({ description, nextSyncs }) => {
        setExplained({ description, firings: nextSyncs });
      },
      () => {
        // Airbyte may hold a schedule that the gateway would not create. It has no words for it.
        setExplained(null);
      },
    );
    return () => {
      stop.abort();
    };
  }, [JSON.stringify(schedule)]);
  // An interval counts from the newest run, which only the status knows.
  const firings =
    status.nextSync === null
      ? []
      : schedule?.scheduleType === 'cron'
        ? (explained?.firings ?? status.nextSyncs)
        : status.nextSyncs;
  return (
    <section aria-labelledby="schedule">
      <h2 id="schedule">Schedule</h2>
      <p class="schedule-words">{explained?.description ?? wordsOf(schedule)}</p>
      {schedule?.cronExpression && (
        <p>
          <code>{schedule.cronExpression}</code>{' '}
          <span class="quiet">in the zone {schedule.timeZone ?? 'UTC'}</span>
        </p>
      )}
      <FiringTable firings={firings} />
    </section>
  );
}

function wordsOf(schedule: Schedule | null): string {
  if (schedule === null) return 'The schedule cannot be read.';
  return schedule.scheduleType === 'manual'
    ? 'On demand only'
    : (schedule.basicTiming ?? schedule.cronExpression ?? '');
}

function requestOf({ scheduleType, cronExpression, basicTiming, timeZone }: Schedule): Schedule {
  return { scheduleType, cronExpression, basicTiming, timeZone: scheduleType === 'cron' ? timeZone : null };
}
