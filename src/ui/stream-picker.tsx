import type { components, StreamInput } from '@airbyte-ingestion/client';
import type { JSX } from 'preact';
import { words } from './format';
import type { Session } from './session';
import { StreamSample } from './stream-sample';

export type SourceStream = components['schemas']['SourceStream'];
type SyncMode = components['schemas']['SyncMode'];

interface StreamPickerProps {
  readonly session: Session;
  readonly sourceId: string;
  readonly offered: readonly SourceStream[];
  readonly chosen: readonly StreamInput[];
  readonly onChoice: (chosen: readonly StreamInput[]) => void;
}

/** Chooses streams with their mode, cursor and key. */
export function StreamPicker({
  session,
  sourceId,
  offered,
  chosen,
  onChoice,
}: StreamPickerProps): JSX.Element {
  const change = (stream: SourceStream, next: StreamInput | null): void => {
    const others = chosen.filter((one) => !isSame(one, stream));
    onChoice(next ? [...others, next] : others);
  };
  return (
    <div class="picker">
      {offered.map((stream) => (
        <StreamChoice
          key={`${stream.namespace ?? ''}.${stream.name}`}
          stream={stream}
          session={session}
          sourceId={sourceId}
          chosen={chosen.find((one) => isSame(one, stream)) ?? null}
          onChange={(next) => {
            change(stream, next);
          }}
        />
      ))}
    </div>
  );
}

interface StreamChoiceProps {
  readonly session: Session;
  readonly sourceId: string;
  readonly stream: SourceStream;
  readonly chosen: StreamInput | null;
  readonly onChange: (next: StreamInput | null) => void;
}

function StreamChoice({ session, sourceId, stream, chosen, onChange }: StreamChoiceProps): JSX.Element {
  const { name, namespace, syncModes, fields } = stream;
  const mode = chosen?.syncMode ?? '';
  const needsCursor = mode.startsWith('incremental') && !stream.isCursorFixed;
  const needsKey = /dedup|update|soft_delete/.test(mode) && stream.primaryKey.length === 0;
  return (
    <div class={chosen ? 'stream chosen' : 'stream'}>
      <label class="choice">
        <input
          type="checkbox"
          checked={chosen !== null}
          onChange={() => {
            onChange(chosen ? null : defaultFor(stream));
          }}
        />
        <span>
          <strong>{namespace === null ? name : `${namespace}.${name}`}</strong>
          <small class="fields">{fields.map((path) => path.join('.')).join(', ')}</small>
        </span>
      </label>
      {chosen && (
        <div class="stream-settings">
          <Select
            label={`Mode of ${name}`}
            text="Mode"
            value={mode}
            options={syncModes ?? []}
            onValue={(value) => {
              onChange({ ...chosen, syncMode: value as SyncMode }); // one of the modes that the source offers
            }}
          />
          {needsCursor && (
            <Select
              label={`Cursor of ${name}`}
              text="Cursor"
              value={(chosen.cursorField ?? stream.cursorField).join('.')}
              options={fields.map((path) => path.join('.'))}
              onValue={(value) => {
                onChange({ ...chosen, cursorField: pathOf(fields, value) });
              }}
            />
          )}
          {needsKey && (
            <Select
              label={`Key of ${name}`}
              text="Key"
              value={chosen.primaryKey?.[0]?.join('.') ?? ''}
              options={fields.map((path) => path.join('.'))}
              onValue={(value) => {
                onChange({ ...chosen, primaryKey: [pathOf(fields, value)] });
              }}
            />
          )}
          {stream.primaryKey.length > 0 && (
            <span class="quiet">Key: {stream.primaryKey.map((path) => path.join('.')).join(', ')}</span>
          )}
        </div>
      )}
      {chosen && <StreamSample session={session} sourceId={sourceId} name={name} namespace={namespace} />}
    </div>
  );
}

interface SelectProps {
  readonly label: string;
  readonly text: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onValue: (value: string) => void;
}

function Select({ label, text, value, options, onValue }: SelectProps): JSX.Element {
  return (
    <label>
      {text}
      <select
        aria-label={label}
        value={value}
        onChange={(event) => {
          onValue(event.currentTarget.value);
        }}
      >
        {!options.includes(value) && <option value="">Choose…</option>}
        {options.map((option) => (
          <option key={option} value={option}>
            {text === 'Mode' ? words(option) : option}
          </option>
        ))}
      </select>
    </label>
  );
}

function defaultFor({ name, namespace, syncModes }: SourceStream): StreamInput {
  const isPlain = syncModes?.includes('full_refresh_overwrite') ?? true;
  const mode = isPlain ? 'full_refresh_overwrite' : syncModes?.[0];
  // A mode that the source offers is one that Airbyte takes.
  return { name, ...(namespace !== null && { namespace }), syncMode: mode as SyncMode };
}

function isSame(one: StreamInput, stream: SourceStream): boolean {
  return one.name === stream.name && (one.namespace ?? null) === stream.namespace;
}

function pathOf(fields: readonly string[][], name: string): string[] {
  return fields.find((path) => path.join('.') === name) ?? [];
}
