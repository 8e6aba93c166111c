import type { components, ListedRun, RunDetails, RunFailure } from '@airbyte-ingestion/client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Occasion } from './firings';
import { ago, bytes, count, duration, moment, words } from './format';
import { ProblemNotice } from './problem';
import type { Session } from './session';
import { Table } from './table';

const ADVICE: Readonly<Record<RunFailure['advice'], string>> = {
  fix_configuration: 'Change the configuration of the source or the destination, then run it again.',
  run_again: 'The cause is temporary. Run it again.',
  wait: 'Airbyte tries again by itself. Wait for the next attempt.',
  contact_support: 'This needs somebody who runs Airbyte. Give them the id of the run.',
};

const RUN_SIGNS: Readonly<Record<ListedRun['status'], string>> = {
  succeeded: '✓',
  failed: '✕',
  cancelled: '⊘',
  running: '▶',
  incomplete: '↻',
  queued: '…',
  pending: '…',
  unknown: '?',
};

interface RunListProps {
  readonly occasions: readonly Occasion[];
  readonly session: Session;
  readonly nowMs: number;
}

/** Runs and missed firings, newest first. */
export function RunList({ occasions, session, nowMs }: RunListProps): JSX.Element {
  const shown = joinMissed(occasions.slice(0, 60));
  if (shown.length === 0) return <p class="quiet">It has not run yet.</p>;
  return (
    <ol class="runs">
      {shown.map(({ occasion, repeats }) =>
        occasion.run ? (
          <RunItem
            key={occasion.run.runId}
            run={occasion.run}
            cause={occasion.cause}
            session={session}
            nowMs={nowMs}
          />
        ) : (
          <MissedItem
            key={occasion.firing ?? ''}
            occasion={occasion}
            repeats={repeats}
            session={session}
            nowMs={nowMs}
          />
        ),
      )}
    </ol>
  );
}

interface Shown {
  readonly occasion: Occasion;
  readonly repeats: number;
}

/** Several firings in a row without a run are one entry. */
function joinMissed(occasions: readonly Occasion[]): readonly Shown[] {
  const shown: Shown[] = [];
  for (const occasion of occasions) {
    const last = shown.at(-1);
    if (last && occasion.run === null && last.occasion.run === null && last.occasion.kind === occasion.kind)
      shown[shown.length - 1] = { occasion, repeats: last.repeats + 1 };
    else shown.push({ occasion, repeats: 1 });
  }
  return shown;
}

function missingWords(kind: Occasion['kind'], toleranceMs: number): string {
  if (kind === 'due') return `Due: without a run, it is missed after ${duration(toleranceMs)}`;
  return kind === 'skipped' ? 'Skipped: another run was in progress' : 'Missed: no run for this firing';
}

interface MissedItemProps extends Shown {
  readonly session: Session;
  readonly nowMs: number;
}

function MissedItem({ occasion, repeats, session, nowMs }: MissedItemProps): JSX.Element {
  const { kind, firing } = occasion;
  const words = missingWords(kind, session.missedRunToleranceMs);
  return (
    <li class={`run ${kind}`}>
      <div class="line">
        <span class="sign" aria-hidden="true">
          {kind === 'missed' ? '!' : '–'}
        </span>
        <strong>{words}</strong>
        {firing !== null && (
          <span class="when" title={ago(firing, nowMs)}>
            {repeats > 1 ? `${repeats} firings since ${moment(firing)}` : moment(firing)}
          </span>
        )}
      </div>
    </li>
  );
}

interface RunItemProps {
  readonly run: ListedRun;
  readonly cause: Occasion['cause'];
  readonly session: Session;
  readonly nowMs: number;
}

function RunItem({ run, cause, session, nowMs }: RunItemProps): JSX.Element {
  const [details, setDetails] = useState<RunDetails | null>(null);
  const [error, setError] = useState<unknown>(null);
  const open = async (): Promise<void> => {
    if (details && details.status === run.status && run.endedAt !== null) return;
    try {
      setDetails(await session.client.run(run.connectionId, run.runId));
      setError(null);
    } catch (reason) {
      setError(reason);
    }
  };
  return (
    <li class={`run ${run.status}`}>
      <details
        onToggle={(event) => {
          if (event.currentTarget.open) void open();
        }}
      >
        <summary class="line">
          <span class="sign" aria-hidden="true">
            {RUN_SIGNS[run.status]}
          </span>
          <strong>
            {run.type === 'sync' ? '' : `${words(run.type)} `}
            {words(run.status)}
          </strong>
          <span class="when" title={moment(run.queuedAt)}>
            {moment(run.queuedAt)}
          </span>
          <span class="amount">{run.rows === null ? '' : `${count(run.rows)} rows`}</span>
          <span class="took">
            {run.durationMs === null ? `since ${ago(run.queuedAt, nowMs)}` : duration(run.durationMs)}
          </span>
          <span class="cause">{cause}</span>
        </summary>
        <div class="more">
          <ProblemNotice error={error} />
          {!details && error === null && <p class="quiet">Loading…</p>}
          {details && <Details details={details} />}
        </div>
      </details>
      {run.failure && <Failure failure={run.failure} />}
    </li>
  );
}

function Failure({ failure }: { readonly failure: RunFailure }): JSX.Element {
  return (
    <div class="failure">
      <p dir="auto">{failure.message ?? 'Airbyte gives no reason.'}</p>
      <p class="quiet">
        <strong>{ADVICE[failure.advice]}</strong> Origin: {words(failure.origin)}. Type: {words(failure.type)}
        .
      </p>
    </div>
  );
}

type Attempt = components['schemas']['RunAttempt'];

function Details({ details }: { readonly details: RunDetails }): JSX.Element {
  const { attempts, streams, progress } = details;
  const rowsSoFar = progress?.rows ?? null;
  return (
    <>
      <p class="quiet">
        Run <code>{details.runId}</code>
        {details.bytes !== null && ` · ${bytes(details.bytes)}`}
        {details.endedAt !== null && ` · ended ${moment(details.endedAt)}`}
        {rowsSoFar !== null && ` · ${count(rowsSoFar)} rows so far`}
      </p>
      {attempts && attempts.length > 0 && (
        <Table
          caption="Attempts"
          head={['No.', 'Status', 'Rows', 'Duration', 'Reason']}
          rows={attempts.map((attempt) => [
            attempt.number,
            attempt.status,
            attempt.rows === null ? '–' : count(attempt.rows),
            durationOf(attempt),
            <span dir="auto">{attempt.failure?.message ?? '–'}</span>,
          ])}
        />
      )}
      {streams && streams.length > 0 && (
        <Table
          caption="Streams"
          head={['Stream', 'Rows', 'Size']}
          rows={streams.map((stream) => [
            stream.namespace === null ? stream.name : `${stream.namespace}.${stream.name}`,
            stream.rows === null ? '–' : count(stream.rows),
            stream.bytes === null ? '–' : bytes(stream.bytes),
          ])}
        />
      )}
      {!attempts && !streams && <p class="quiet">This installation of Airbyte reports no attempts.</p>}
    </>
  );
}

function durationOf({ startedAt, endedAt }: Attempt): string {
  if (startedAt === null) return '–';
  return endedAt === null ? 'not ended' : duration(Date.parse(endedAt) - Date.parse(startedAt));
}
