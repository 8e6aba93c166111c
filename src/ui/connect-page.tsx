import type {
  components,
  CreateIngestionInput,
  CreationCheck,
  Destination,
  ScheduleInput,
  Source,
  StreamInput,
} from '@airbyte-ingestion/client';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { curlFor } from './curl';
import { moment } from './format';
import { ProblemNotice } from './problem';
import { linkTo } from './router';
import { ScheduleForm } from './schedule-form';
import { answerOf, type Session } from './session';
import { type SourceStream, StreamPicker } from './stream-picker';
import { useAction } from './use-action';

type SourceStreams = components['schemas']['SourceStreams'];

/** More than this many actors are not listed. */
const MAX_ACTORS = 1000;

interface Actors {
  readonly sources: readonly Source[];
  readonly destinations: readonly Destination[];
}

/** Connects a source to a destination. */
export function ConnectPage({ session }: { readonly session: Session }): JSX.Element {
  const [actors, setActors] = useState<Actors | null>(null);
  const [name, setName] = useState('');
  const [sourceId, setSource] = useState('');
  const [destinationId, setDestination] = useState('');
  const [streams, setStreams] = useState<readonly StreamInput[]>([]);
  const [schedule, setSchedule] = useState<ScheduleInput>({
    scheduleType: 'cron',
    cronExpression: '0 2 * * *',
  });
  const [check, setCheck] = useState<CreationCheck | null>(null);
  const { isBusy, error, setError, act } = useAction();
  const offered = useOfferedStreams(session, sourceId, destinationId);

  useEffect(() => {
    readActors(session).then(setActors, setError);
  }, []);
  const request: CreateIngestionInput = {
    name: name.trim(),
    sourceId,
    destinationId,
    schedule,
    ...(streams.length > 0 && { streams: [...streams] }),
  };
  useEffect(() => {
    setCheck(null);
  }, [JSON.stringify(request)]);
  const isReady = request.name !== '' && sourceId !== '' && destinationId !== '';

  const create = async (): Promise<void> => {
    const { connectionId } = await session.client.create(request);
    location.hash = linkTo.ingestion(connectionId);
  };

  return (
    <div class="connect-page">
      <h1 tabIndex={-1}>Connect a source to a destination</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void act(create);
        }}
      >
        <section class="panel" aria-labelledby="ends">
          <h2 id="ends">From and to</h2>
          <label>
            Name
            <input
              value={name}
              maxLength={255}
              required
              onInput={(event) => {
                setName(event.currentTarget.value);
              }}
            />
          </label>
          <div class="pair">
            <ActorSelect
              label="Source"
              value={sourceId}
              actors={(actors?.sources ?? []).map((one) => ({ ...one, id: one.sourceId }))}
              onActor={(id) => {
                setSource(id);
                setStreams([]);
              }}
            />
            <ActorSelect
              label="Destination"
              value={destinationId}
              actors={(actors?.destinations ?? []).map((one) => ({ ...one, id: one.destinationId }))}
              onActor={(id) => {
                setDestination(id);
                setStreams([]);
              }}
            />
          </div>
        </section>
        <section class="panel" aria-labelledby="choice">
          <h2 id="choice">Streams</h2>
          <ProblemNotice error={offered.error} />
          {sourceId === '' ? (
            <p class="quiet">Choose a source to see its streams.</p>
          ) : offered.streams === null ? (
            offered.error === null && (
              <p class="quiet">Airbyte reads the schema of the source. This can take minutes.</p>
            )
          ) : (
            <>
              <p class="quiet">
                {streams.length === 0
                  ? 'Without a choice, every stream is taken, and each sync overwrites its table.'
                  : `${streams.length} of ${offered.streams.length} chosen.`}
              </p>
              <StreamPicker
                session={session}
                sourceId={sourceId}
                offered={offered.streams}
                chosen={streams}
                onChoice={setStreams}
              />
            </>
          )}
        </section>
        <section class="panel" aria-labelledby="when">
          <h2 id="when">Schedule</h2>
          <ScheduleForm session={session} schedule={schedule} onSchedule={setSchedule} />
        </section>
        <section class="panel" aria-labelledby="finish">
          <h2 id="finish">Check and create</h2>
          <ProblemNotice error={error} />
          <div role="status">{check && <Checked check={check} />}</div>
          <div class="buttons">
            <button
              type="button"
              disabled={isBusy || !isReady}
              onClick={() => {
                void act(async () => {
                  setCheck(await session.client.check(request));
                });
              }}
            >
              Check
            </button>
            <button type="submit" class="primary" disabled={isBusy || !isReady}>
              Create
            </button>
            {isBusy && <span class="quiet">Working…</span>}
          </div>
          <details>
            <summary>The same with curl</summary>
            <pre tabIndex={0} aria-label="curl command">
              {curlFor('/ingestion', request)}
            </pre>
          </details>
        </section>
      </form>
    </div>
  );
}

function Checked({ check }: { readonly check: CreationCheck }): JSX.Element {
  const [first] = check.nextSyncs;
  return (
    <div class="notice good">
      <p>
        This can be created.{' '}
        {first === undefined ? 'It syncs on demand only.' : `The first sync is on ${moment(first)}.`}
      </p>
      {check.unchecked.map(({ field, reason }) => (
        <p key={field}>
          <code>{field}</code> was not checked: {reason}
        </p>
      ))}
    </div>
  );
}

interface ActorSelectProps {
  readonly label: string;
  readonly value: string;
  readonly actors: readonly { readonly id: string; readonly name: string; readonly type: string | null }[];
  readonly onActor: (id: string) => void;
}

function ActorSelect({ label, value, actors, onActor }: ActorSelectProps): JSX.Element {
  return (
    <label>
      {label}
      <select
        value={value}
        required
        onChange={(event) => {
          onActor(event.currentTarget.value);
        }}
      >
        <option value="">Choose…</option>
        {actors.map(({ id, name, type }) => (
          <option key={id} value={id}>
            {type === null ? name : `${name} (${type})`}
          </option>
        ))}
      </select>
    </label>
  );
}

interface Offered {
  readonly streams: readonly SourceStream[] | null;
  readonly error: unknown;
}

/** The streams of a source, with the modes that the destination can take. */
function useOfferedStreams(session: Session, sourceId: string, destinationId: string): Offered {
  const [offered, setOffered] = useState<Offered>({ streams: null, error: null });
  useEffect(() => {
    setOffered({ streams: null, error: null });
    if (sourceId === '') return undefined;
    const stop = new AbortController();
    const query = destinationId === '' ? {} : { destinationId };
    const params = { path: { sourceId }, query };
    session.client.http
      .GET('/sources/{sourceId}/streams', { params, signal: stop.signal })
      .then((answer) => {
        setOffered({ streams: answerOf<SourceStreams>(answer).streams, error: null });
      })
      .catch((error: unknown) => {
        if (!stop.signal.aborted) setOffered({ streams: null, error });
      });
    return () => {
      stop.abort();
    };
  }, [sourceId, destinationId]);
  return offered;
}

async function readActors(session: Session): Promise<Actors> {
  const [sources, destinations] = await Promise.all([
    firstOf(session.client.sourcesAll({ pageSize: 100 })),
    firstOf(session.client.destinationsAll({ pageSize: 100 })),
  ]);
  return { sources, destinations };
}

async function firstOf<T>(all: AsyncGenerator<T, void>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of all) {
    found.push(one);
    if (found.length >= MAX_ACTORS) break;
  }
  return found;
}
