import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ago, bytes, count, duration, moment, useNow } from './format';
import { type Fact, type OperatorReport, operatorReport } from './operator-report';
import { ProblemNotice } from './problem';
import { GATEWAY_URL, type Session } from './session';
import { Table } from './table';

const POLL_MS = 5000;

/** The state of the gateway itself. */
export function OperatorPage({ session }: { readonly session: Session }): JSX.Element {
  const nowMs = useNow(POLL_MS);
  const [report, setReport] = useState<OperatorReport | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    if (report !== null && document.visibilityState !== 'visible') return undefined;
    const stop = new AbortController();
    session.read('/operator', stop.signal).then(
      (body) => {
        setReport(operatorReport(body));
        setError(null);
      },
      (reason: unknown) => {
        if (!stop.signal.aborted) setError(reason);
      },
    );
    return () => {
      stop.abort();
    };
  }, [nowMs]);
  return (
    <div class="operator-page">
      <div class="heading">
        <h1 tabIndex={-1}>Operator</h1>
        <span class="freshness">Read every {POLL_MS / 1000} s</span>
      </div>
      <ProblemNotice error={error} />
      {report?.isAirbyteUp === false && (
        <p class="notice bad" role="alert">
          Airbyte cannot be reached now.
        </p>
      )}
      {report && (
        <>
          <div class="cards">
            {report.groups
              .filter(({ facts }) => facts.length > 0)
              .map(({ title, facts }) => (
                <section key={title} class="panel" aria-label={title}>
                  <h2>{title}</h2>
                  <dl>
                    {facts.map((fact) => (
                      <div key={fact.name}>
                        <dt>{label(fact.name)}</dt>
                        <dd>{valueOf(fact, nowMs)}</dd>
                      </div>
                    ))}
                  </dl>
                </section>
              ))}
          </div>
          <Problems problems={report.problems} nowMs={nowMs} />
          <Callers callers={report.callers} nowMs={nowMs} />
        </>
      )}
    </div>
  );
}

type Rows = readonly Readonly<Record<string, unknown>>[];

function Problems({ problems, nowMs }: { readonly problems: Rows; readonly nowMs: number }): JSX.Element {
  return (
    <section aria-labelledby="problems">
      <h2 id="problems">Newest problems by code</h2>
      {problems.length === 0 ? (
        <p class="quiet">No error was answered since the start.</p>
      ) : (
        <Table
          label="Table of problems"
          head={['Code', 'Count', 'Newest', 'Route', 'Request']}
          rows={problems.map((problem) => [
            <a href={`${GATEWAY_URL}/problems/${encodeURIComponent(text(problem['code']))}`}>
              {text(problem['code'])}
            </a>,
            valueOf({ name: 'count', value: problem['count'] }, nowMs),
            valueOf({ name: 'lastAt', value: problem['lastAt'] }, nowMs),
            <code>{text(problem['route'])}</code>,
            <code>{text(problem['requestId'])}</code>,
          ])}
        />
      )}
    </section>
  );
}

function Callers({ callers, nowMs }: { readonly callers: Rows; readonly nowMs: number }): JSX.Element | null {
  if (callers.length === 0) return null;
  return (
    <section aria-labelledby="callers">
      <h2 id="callers">Callers</h2>
      <Table
        label="Table of callers"
        head={['Caller', 'Requests', 'Problems', 'Newest']}
        rows={callers.map((caller) => [
          text(caller['caller']),
          valueOf({ name: 'requests', value: caller['requests'] }, nowMs),
          valueOf({ name: 'problems', value: caller['problems'] }, nowMs),
          valueOf({ name: 'lastAt', value: caller['lastAt'] }, nowMs),
        ])}
      />
    </section>
  );
}

const SPECIAL_LABELS: Readonly<Record<string, string>> = {
  isUp: 'State',
  p50Ms: 'Median',
  p95Ms: '95th percentile',
  maxMs: 'Slowest',
  circuit: 'Circuit breaker',
  node: 'Node.js',
};

/** Members of these groups are named with their group, because `read` alone says too little. */
const GROUPS: Readonly<Record<string, string>> = { limits: 'limit of ', running: 'running, ' };

/** `newestCalls.p95Ms` as `95th percentile`, `clockAheadMs` as `Clock ahead`, `running.read` as `Running, read`. */
function label(name: string): string {
  const last = name.split('.').at(-1) ?? name;
  const special = SPECIAL_LABELS[last];
  if (special !== undefined) return special;
  const group = GROUPS[name.slice(0, -last.length - 1)] ?? '';
  const parts = `${group}${last}`
    .replace(/(Ms|S|Bytes)$/, '')
    .replace(/^is/, '')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .trim();
  return parts.charAt(0).toUpperCase() + parts.slice(1);
}

function valueOf({ name, value }: Fact, nowMs: number): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean')
    return name.endsWith('isUp') ? (value ? 'up' : 'down') : value ? 'yes' : 'no';
  if (typeof value === 'number') {
    if (name.endsWith('Ms')) return duration(value);
    if (name.endsWith('S')) return duration(value * 1000);
    return /bytes$/i.test(name) ? bytes(value) : count(value);
  }
  if (typeof value === 'string' && name.endsWith('At')) return `${ago(value, nowMs)} (${moment(value)})`;
  return text(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
