import type { components } from '@airbyte-ingestion/client';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { moment, words } from './format';
import { ProblemNotice } from './problem';
import { answerOf, type Session } from './session';

type History = components['schemas']['History'];
type HistoryEvent = components['schemas']['HistoryEvent'];

const PAGE = 20;

async function readHistory(
  session: Session,
  connectionId: string,
  pageToken: string | null,
  signal: AbortSignal,
): Promise<History> {
  const query = { pageSize: PAGE, ...(pageToken !== null && { pageToken }) };
  const params = { path: { connectionId }, query };
  return answerOf<History>(
    await session.client.http.GET('/ingestion/{connectionId}/history', { params, signal }),
  );
}

/** Firings before this time belong to another schedule or to a pause. 0 if nothing is known. */
export async function lastScheduleChangeMs(
  session: Session,
  id: string,
  signal: AbortSignal,
): Promise<number> {
  if (!session.has('history')) return 0;
  try {
    const { data } = await readHistory(session, id, null, signal);
    const change = data.find(
      ({ kind, changes }) =>
        kind === 'activated' ||
        (kind === 'settings_changed' && changes.some(({ field }) => /schedule|cron/i.test(field))),
    );
    return change ? Date.parse(change.at) : 0;
  } catch (error) {
    if (signal.aborted) throw error;
    return 0; // the capability was found to be off
  }
}

interface HistoryListProps {
  readonly id: string;
  readonly session: Session;
  /** Another value: the newest entries are read again. */
  readonly version: string;
}

/** Who changed, paused, started or cancelled what. */
export function HistoryList({ id, session, version }: HistoryListProps): JSX.Element {
  const [events, setEvents] = useState<readonly HistoryEvent[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const read = async (pageToken: string | null, signal: AbortSignal): Promise<void> => {
    try {
      const page = await readHistory(session, id, pageToken, signal);
      setEvents((old) => (pageToken === null ? page.data : [...old, ...page.data]));
      setNext(page.nextPageToken);
    } catch (reason) {
      if (!signal.aborted) setError(reason);
    }
  };
  useEffect(() => {
    const stop = new AbortController();
    void read(null, stop.signal);
    return () => {
      stop.abort();
    };
  }, [id, version]);

  return (
    <section aria-labelledby="history">
      <h2 id="history">History</h2>
      <ProblemNotice error={error} />
      {events.length === 0 && error === null && <p class="quiet">Nothing has been recorded yet.</p>}
      {events.length > 0 && (
        <ol class="history">
          {events.map((event) => (
            <li key={event.eventId}>
              <time dateTime={event.at}>{moment(event.at)}</time>
              <span>
                <strong>{words(event.kind)}</strong> by {event.by.name ?? event.by.kind}
                {event.runId !== null && `, run ${event.runId}`}
                {event.reason !== null && `: ${event.reason}`}
                {event.until !== null && ` until ${moment(event.until)}`}
                {event.failure?.message && <span class="quiet"> {event.failure.message}</span>}
                {event.changes.map(({ field, from, to }) => (
                  <span key={field} class="change">
                    {words(field)}: {from ?? 'nothing'} → {to ?? 'nothing'}
                  </span>
                ))}
              </span>
            </li>
          ))}
        </ol>
      )}
      {next !== null && (
        <button
          type="button"
          onClick={() => {
            void read(next, new AbortController().signal);
          }}
        >
          Show older entries
        </button>
      )}
    </section>
  );
}
