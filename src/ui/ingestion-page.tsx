import {
  type Ingestion,
  type IngestionStatusReport,
  isProblem,
  type ListedRun,
} from '@airbyte-ingestion/client';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Actions } from './actions';
import { occasionsOf, pastFirings, windowStartMs } from './firings';
import { ago, count, moment, relative, useNow, words } from './format';
import { Objective } from './freshness';
import { HealthBadge } from './health';
import { HistoryList, lastScheduleChangeMs } from './history-list';
import type { Ingestions } from './ingestions';
import { useObservable } from './observable';
import { ProblemNotice } from './problem';
import { reasonText } from './reason-text';
import { linkTo } from './router';
import { RunList } from './run-list';
import { ScheduleFacts } from './schedule-facts';
import type { Session } from './session';
import { Table } from './table';
import { Timeline } from './timeline';

const RUNS = 30;
const POLL_MS = 5000;
/** Airbyte starts a run some time after its firing. */
const BEFORE_RUN_MS = 60_000;

interface Facts {
  readonly ingestion: Ingestion;
  readonly status: IngestionStatusReport;
  readonly runs: readonly ListedRun[];
  readonly firings: readonly string[];
  readonly sinceMs: number;
}

interface IngestionPageProps {
  readonly id: string;
  readonly session: Session;
  readonly ingestions: Ingestions;
}

/** Everything about one ingestion. */
export function IngestionPage({ id, session, ingestions }: IngestionPageProps): JSX.Element {
  const nowMs = useNow();
  const { isLive } = useObservable(ingestions.snapshot);
  const event = useObservable(ingestions.newestEvent);
  const [facts, setFacts] = useState<Facts | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [reads, setReads] = useState(0);
  const reload = (): void => {
    setReads((number) => number + 1);
    ingestions.refresh(id);
  };

  useEffect(() => {
    const stop = new AbortController();
    readFacts(session, id, stop.signal).then(
      (read) => {
        setFacts(read);
        setError(null);
      },
      (reason: unknown) => {
        if (!stop.signal.aborted) setError(reason);
      },
    );
    return () => {
      stop.abort();
    };
  }, [id, reads]);
  useEffect(() => {
    if (event?.connectionId === id) setReads((number) => number + 1);
  }, [event]);
  const isRunning = facts?.status.currentRun !== null && facts !== null;
  useEffect(() => {
    if (isLive && !isRunning) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setReads((number) => number + 1);
    }, POLL_MS);
    return () => {
      clearInterval(timer);
    };
  }, [isLive, isRunning]);
  useEffect(() => {
    document.title = `${facts?.ingestion.name ?? 'Ingestion'} – Airbyte Ingestion API`;
    return () => {
      document.title = 'Ingestions – Airbyte Ingestion API';
    };
  }, [facts?.ingestion.name]);

  return (
    <div class="ingestion-page">
      <a class="back" href={linkTo.list}>
        All ingestions
      </a>
      <h1 tabIndex={-1} dir="auto">
        {facts?.ingestion.name ?? 'Ingestion'}
      </h1>
      <ProblemNotice error={error} />
      {facts === null && error === null && <p class="quiet">Loading…</p>}
      {facts !== null && !isProblem(error, 'ingestion-not-found') && (
        <Known facts={facts} nowMs={nowMs} session={session} onChange={reload} />
      )}
    </div>
  );
}

interface KnownProps {
  readonly facts: Facts;
  readonly nowMs: number;
  readonly session: Session;
  readonly onChange: () => void;
}

function Known({ facts, nowMs, session, onChange }: KnownProps): JSX.Element {
  const { ingestion, status, runs, firings, sinceMs } = facts;
  const toleranceMs = session.missedRunToleranceMs;
  const occasions = occasionsOf(firings, { status, runs, sinceMs, toleranceMs, nowMs });
  return (
    <>
      <div class="state">
        <HealthBadge health={status.health} />
        <span title={status.lastSync === null ? undefined : moment(status.lastSync)}>
          {status.lastSync === null ? 'No data yet' : `data ${ago(status.lastSync, nowMs)}`}
        </span>
        {status.lastSync !== null && (
          <Objective
            freshness={status.freshness}
            isStale={status.healthReasons.some(({ code }) => code === 'stale')}
          />
        )}
        <span>
          {status.nextSync === null
            ? `no next sync: ${words(status.nextSyncReason)}`
            : `next sync ${relative(status.nextSync, nowMs)}`}
        </span>
      </div>
      {status.healthReasons.length > 0 && (
        <ul class="reasons">
          {status.healthReasons.map(({ code, message, since }) => (
            <li key={code} class={code}>
              <strong>{words(code)}.</strong> {reasonText(message, nowMs)}
              {since !== null && (
                <span class="quiet">
                  {' '}
                  Since {moment(since)}, {ago(since, nowMs)}.
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      <PauseNote status={status} nowMs={nowMs} />
      <Actions ingestion={ingestion} status={status} session={session} onChange={onChange} />
      <section aria-labelledby="timeline">
        <h2 id="timeline">Firings and runs</h2>
        <Timeline occasions={occasions} nowMs={nowMs} />
        <RunList occasions={occasions} session={session} nowMs={nowMs} />
      </section>
      <div class="columns">
        <ScheduleFacts status={status} session={session} />
        <section aria-labelledby="streams">
          <h2 id="streams">Streams</h2>
          <Table
            label="Table of streams"
            head={['Stream', 'Mode', 'Cursor', 'Key']}
            rows={ingestion.streams.map(({ name, namespace, syncMode, cursorField, primaryKey }) => [
              namespace === null ? name : `${namespace}.${name}`,
              syncMode === null ? '–' : words(syncMode),
              cursorField.join('.') || '–',
              primaryKey.map((path) => path.join('.')).join(', ') || '–',
            ])}
          />
          <p class="quiet ids">
            {count(ingestion.streams.length)} {ingestion.streams.length === 1 ? 'stream' : 'streams'} · id{' '}
            <code>{ingestion.connectionId}</code>
          </p>
        </section>
      </div>
      {session.has('history') && (
        <HistoryList id={ingestion.connectionId} session={session} version={versionOf(status)} />
      )}
    </>
  );
}

function PauseNote({
  status,
  nowMs,
}: {
  readonly status: IngestionStatusReport;
  readonly nowMs: number;
}): JSX.Element | null {
  const { pause } = status;
  if (!pause) return null;
  return (
    <p class="notice">
      Paused by {pause.name ?? pause.by} {ago(pause.since, nowMs)}
      {pause.reason === null ? '.' : `: ${pause.reason}`}{' '}
      {pause.airbyteReason !== null && `Reason of Airbyte: ${words(pause.airbyteReason)}. `}
      {pause.until !== null &&
        `It is activated again on ${moment(pause.until)}, ${relative(pause.until, nowMs)}.`}
    </p>
  );
}

async function readFacts(session: Session, id: string, signal: AbortSignal): Promise<Facts> {
  const [ingestion, status, { data: runs }] = await Promise.all([
    session.client.get(id, { signal }),
    session.client.status(id, {}, { signal }),
    session.client.runs(id, { pageSize: RUNS }, { signal }),
  ]);
  const nowMs = Date.now();
  const createdMs = Date.parse(ingestion.created ?? '') || nowMs;
  const oldestRunMs = Date.parse(runs.at(-1)?.queuedAt ?? '');
  const changedMs = await lastScheduleChangeMs(session, id, signal);
  // Runs before the oldest one are not known.
  const startMs = Number.isNaN(oldestRunMs) ? createdMs : oldestRunMs - BEFORE_RUN_MS;
  const sinceMs = Math.max(startMs, changedMs, windowStartMs(status, nowMs));
  const firings = await pastFirings(session, status.schedule, { sinceMs, nowMs });
  return { ingestion, status, runs, firings, sinceMs };
}

/** Changes with everything that adds an entry to the history. */
function versionOf({ status, pause, schedule, currentRun, lastRun }: IngestionStatusReport): string {
  return JSON.stringify([status, pause, schedule, currentRun?.runId, lastRun?.runId]);
}
