import type { components, Ingestion, Run } from '@airbyte-ingestion/client';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ProblemNotice } from './problem';
import { answerOf, type Session } from './session';

type RunCheck = components['schemas']['RunCheck'];
type RefreshMode = components['schemas']['RefreshMode'];
type StreamRef = components['schemas']['RunStreamInput'];

const EFFECTS: Readonly<Record<components['schemas']['TableEffect'], string>> = {
  adds: 'rows are added',
  rereads: 'all rows are read again and merged',
  replaces: 'all rows are replaced',
  empties: 'the table is emptied',
};

interface RefreshFormProps {
  readonly type: 'refresh' | 'clear';
  readonly ingestion: Ingestion;
  readonly session: Session;
  readonly isBusy: boolean;
  readonly act: (work: () => Promise<string>) => Promise<void>;
  readonly onClose: () => void;
}

/** Reads everything again, or empties the tables. Shows the tables that change before anything starts. */
export function RefreshForm(props: RefreshFormProps): JSX.Element {
  const { type, ingestion, session, isBusy, act, onClose } = props;
  const { connectionId, streams } = ingestion;
  const [mode, setMode] = useState<RefreshMode>('merge');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [check, setCheck] = useState<RunCheck | null>(null);
  const [error, setError] = useState<unknown>(null);
  const named: StreamRef[] = streams
    .filter((stream) => chosen.has(keyOf(stream)))
    .map(({ name, namespace }) => ({ name, namespace }));
  const isClear = type === 'clear';
  const body = { type, ...(!isClear && { mode }), ...(named.length > 0 && { streams: named }) };

  useEffect(() => {
    const stop = new AbortController();
    const params = { path: { connectionId } };
    session.client.http
      .POST('/ingestion/{connectionId}/runs/check', { params, body, signal: stop.signal })
      .then((answer) => {
        setCheck(answerOf<RunCheck>(answer));
        setError(null);
      })
      .catch((reason: unknown) => {
        if (stop.signal.aborted) return;
        setCheck(null);
        setError(reason);
      });
    return () => {
      stop.abort();
    };
  }, [type, mode, chosen]);

  const submit = (event: Event): void => {
    event.preventDefault();
    void act(async () => {
      const params = { path: { connectionId } };
      const { runId } = answerOf<Run>(
        await session.client.http.POST('/ingestion/{connectionId}/runs', { params, body }),
      );
      return `${isClear ? 'Clear' : 'Refresh'} ${runId} was started.`;
    });
  };

  return (
    <form class="panel" onSubmit={submit} aria-label={isClear ? 'Clear' : 'Refresh'}>
      {isClear && (
        <p>The tables are emptied, and nothing is read. The next sync starts from the beginning.</p>
      )}
      {!isClear && <ModeChoice mode={mode} onMode={setMode} mayTruncate={session.may('ingestion:destroy')} />}
      {streams.length > 1 && (!isClear || session.has('clearStreams')) && (
        <fieldset>
          <legend>Streams: none chosen means all</legend>
          {streams.map((stream) => (
            <label key={keyOf(stream)} class="choice">
              <input
                type="checkbox"
                checked={chosen.has(keyOf(stream))}
                onChange={() => {
                  const next = new Set(chosen);
                  if (!next.delete(keyOf(stream))) next.add(keyOf(stream));
                  setChosen(next);
                }}
              />
              <span>{stream.name}</span>
            </label>
          ))}
        </fieldset>
      )}
      <ProblemNotice error={error} />
      {check && (
        <ul aria-label="Tables that change">
          {check.tables.map(({ table, effect }) => (
            <li key={table}>
              <code>{table}</code>: {EFFECTS[effect]}
            </li>
          ))}
        </ul>
      )}
      <div class="buttons">
        <button type="submit" class={isClear ? 'danger' : 'primary'} disabled={isBusy || check === null}>
          {isClear ? 'Empty the tables' : 'Start the refresh'}
        </button>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </form>
  );
}

interface ModeChoiceProps {
  readonly mode: RefreshMode;
  readonly onMode: (mode: RefreshMode) => void;
  readonly mayTruncate: boolean;
}

function ModeChoice({ mode, onMode, mayTruncate }: ModeChoiceProps): JSX.Element {
  const choices = [
    ['merge', 'Keep', 'All rows are read again and merged.'],
    ['truncate', 'Remove', 'The tables hold only what the refresh reads.'],
  ] as const;
  return (
    <fieldset>
      <legend>Rows that are there already</legend>
      {choices
        .filter(([name]) => name === 'merge' || mayTruncate)
        .map(([name, word, effect]) => (
          <label key={name} class="choice">
            <input
              type="radio"
              name="mode"
              checked={mode === name}
              onChange={() => {
                onMode(name);
              }}
            />
            <span>
              {word} <small>{effect}</small>
            </span>
          </label>
        ))}
    </fieldset>
  );
}

function keyOf({ name, namespace }: { readonly name: string; readonly namespace: string | null }): string {
  return `${namespace ?? ''}\n${name}`;
}
