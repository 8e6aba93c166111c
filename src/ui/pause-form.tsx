import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { READER_ZONE } from './format';
import type { Session } from './session';

interface PauseFormProps {
  readonly connectionId: string;
  readonly session: Session;
  readonly isBusy: boolean;
  readonly act: (work: () => Promise<string>) => Promise<void>;
  readonly onClose: () => void;
}

/** Pauses with a reason and an end, where the installation can keep them. */
export function PauseForm({ connectionId, session, isBusy, act, onClose }: PauseFormProps): JSX.Element {
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  const keepsReasons = session.has('pauseReasons');
  const submit = (event: Event): void => {
    event.preventDefault();
    const text = reason.trim();
    const note = {
      ...(text !== '' && { reason: text }),
      ...(until !== '' && { until: new Date(until).toISOString() }),
    };
    const hasNote = Object.keys(note).length > 0;
    void act(async () => {
      await session.client.patch(connectionId, { status: 'inactive', ...(hasNote && { pause: note }) });
      return 'The schedule is paused. A run in progress continues.';
    });
  };
  return (
    <form class="panel" onSubmit={submit} aria-label="Pause">
      {keepsReasons ? (
        <>
          <label>
            Reason <small>optional, shown to everybody</small>
            <input
              value={reason}
              maxLength={500}
              onInput={(event) => {
                setReason(event.currentTarget.value);
              }}
            />
          </label>
          <label>
            Until <small>optional, in your zone {READER_ZONE}; then it is activated again</small>
            <input
              type="datetime-local"
              value={until}
              onInput={(event) => {
                setUntil(event.currentTarget.value);
              }}
            />
          </label>
        </>
      ) : (
        <p class="quiet">This installation of Airbyte keeps no reason and no end of a pause.</p>
      )}
      <div class="buttons">
        <button type="submit" class="primary" disabled={isBusy}>
          Pause
        </button>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </form>
  );
}
