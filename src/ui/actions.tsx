import { type Ingestion, type IngestionStatusReport, isProblem } from '@airbyte-ingestion/client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { PauseForm } from './pause-form';
import { ProblemNotice } from './problem';
import { RefreshForm } from './refresh-form';
import type { Session } from './session';
import { useAction } from './use-action';

type FormName = 'pause' | 'refresh' | 'clear';

interface ActionsProps {
  readonly ingestion: Ingestion;
  readonly status: IngestionStatusReport;
  readonly session: Session;
  readonly onChange: () => void;
}

/** Changes that the key may make. Others are not offered. */
export function Actions({ ingestion, status, session, onChange }: ActionsProps): JSX.Element | null {
  const { connectionId } = ingestion;
  const { currentRun } = status;
  const [form, setForm] = useState<FormName | null>(null);
  const { isBusy, error, setError, act: attempt } = useAction();
  const [message, setMessage] = useState('');
  if (!session.may('ingestion:write')) return null;

  /** The run that another caller has started meanwhile. */
  const running = isProblem(error, 'run-in-progress') ? (error.problem.runId ?? '') : null;
  const act = async (work: () => Promise<string>): Promise<void> => {
    setMessage('');
    await attempt(async () => {
      setMessage(await work());
      setForm(null);
    });
    onChange();
  };
  const run = (attach: boolean) => (): void => {
    void act(async () => {
      const { runId } = await session.client.startRun(connectionId, { attach });
      return attach ? `You follow run ${runId}.` : `Run ${runId} was started.`;
    });
  };
  const cancel = (runId: string) => (): void => {
    void act(async () => {
      const { status: now } = await session.client.cancelRun(connectionId, runId);
      return now === 'cancelled' ? `Run ${runId} was cancelled.` : `Run ${runId} is being cancelled.`;
    });
  };
  const resume = (): void => {
    void act(async () => {
      await session.client.patch(connectionId, { status: 'active' });
      return 'The schedule is active again.';
    });
  };
  const toggle = (name: FormName) => (): void => {
    setForm(form === name ? null : name);
    setError(null);
  };
  const isActive = status.status === 'active';

  return (
    <section class="actions" aria-label="Actions">
      <div class="buttons">
        {currentRun === null && running === null && isActive && (
          <button type="button" class="primary" disabled={isBusy} onClick={run(false)}>
            Run now
          </button>
        )}
        {(currentRun !== null || running !== null) && (
          <button type="button" disabled={isBusy} onClick={run(true)}>
            Attach to the run
          </button>
        )}
        {currentRun && (
          <button type="button" disabled={isBusy} onClick={cancel(currentRun.runId)}>
            Cancel the run
          </button>
        )}
        {isActive && (
          <button type="button" disabled={isBusy} aria-expanded={form === 'pause'} onClick={toggle('pause')}>
            Pause…
          </button>
        )}
        {status.status === 'inactive' && (
          <button type="button" class="primary" disabled={isBusy} onClick={resume}>
            Resume
          </button>
        )}
        {session.has('refresh') && isActive && currentRun === null && (
          <button
            type="button"
            disabled={isBusy}
            aria-expanded={form === 'refresh'}
            onClick={toggle('refresh')}
          >
            Refresh…
          </button>
        )}
        {session.may('ingestion:destroy') && isActive && currentRun === null && (
          <button type="button" disabled={isBusy} aria-expanded={form === 'clear'} onClick={toggle('clear')}>
            Clear…
          </button>
        )}
      </div>
      <p role="status" class={message === '' ? 'hidden' : 'notice good'}>
        {message}
      </p>
      <ProblemNotice error={error} />
      {form === 'pause' && (
        <PauseForm
          connectionId={connectionId}
          session={session}
          isBusy={isBusy}
          act={act}
          onClose={toggle('pause')}
        />
      )}
      {(form === 'refresh' || form === 'clear') && (
        <RefreshForm
          key={form}
          type={form}
          ingestion={ingestion}
          session={session}
          isBusy={isBusy}
          act={act}
          onClose={toggle(form)}
        />
      )}
    </section>
  );
}
