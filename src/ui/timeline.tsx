import type { JSX } from 'preact';
import { duration, moment } from './format';
import type { Occasion } from './firings';

const WIDTH = 900;
const LANE = 30;

/** Two lanes over the same time: the firings of the schedule, and the runs. The table below has the same as text. */
export function Timeline({
  occasions,
  nowMs,
}: {
  readonly occasions: readonly Occasion[];
  readonly nowMs: number;
}): JSX.Element | null {
  const oldest = occasions.at(-1);
  if (!oldest) return null;
  const startMs = Math.min(oldest.atMs, nowMs - 60_000);
  // Airbyte's clock may be ahead of the reader's, and the page may have read a run since its clock last moved.
  const endMs = Math.max(
    nowMs,
    ...occasions.map(({ atMs, run }) => (run?.endedAt ? Date.parse(run.endedAt) : atMs)),
  );
  const x = (ms: number): number => 8 + ((ms - startMs) / (endMs - startMs)) * (WIDTH - 16);
  const missed = occasions.filter(({ kind }) => kind === 'missed').length;
  const runs = occasions.filter(({ run }) => run !== null).length;
  const label = `Timeline since ${moment(new Date(startMs).toISOString())}: ${runs} runs, ${missed} missed firings`;
  return (
    <figure class="timeline">
      <svg viewBox={`0 0 ${WIDTH} ${2 * LANE + 8}`} role="img" aria-label={label} preserveAspectRatio="none">
        <path class="lane" d={`M0 ${LANE - 4}h${WIDTH}M0 ${2 * LANE}h${WIDTH}`} />
        {occasions.map((one) => (
          <g key={`${one.firing ?? ''}${one.run?.runId ?? ''}`}>
            {one.firing !== null && <Firing x={x(one.atMs)} kind={one.kind} />}
            {one.run && <RunBar run={one.run} x={x} nowMs={endMs} />}
          </g>
        ))}
      </svg>
      <figcaption>
        <span>{moment(new Date(startMs).toISOString())}</span>
        <span class="legend">
          <span class="key expected">Expected</span>
          <span class="key missed">Missed</span>
          <span class="key succeeded">Succeeded</span>
          <span class="key failed">Failed</span>
        </span>
        <span>Now</span>
      </figcaption>
    </figure>
  );
}

function Firing({ x, kind }: { readonly x: number; readonly kind: Occasion['kind'] }): JSX.Element {
  if (kind === 'missed') return <path class="firing missed" d={`M${x - 5} ${LANE - 19}l10 10m0-10l-10 10`} />;
  return <path class={`firing ${kind}`} d={`M${x} ${LANE - 20}v16`} />;
}

interface RunBarProps {
  readonly run: NonNullable<Occasion['run']>;
  readonly x: (ms: number) => number;
  readonly nowMs: number;
}

function RunBar({ run, x, nowMs }: RunBarProps): JSX.Element {
  const startMs = Date.parse(run.queuedAt);
  const endMs = run.endedAt === null ? nowMs : Date.parse(run.endedAt);
  const left = x(startMs);
  const width = Math.max(5, x(endMs) - left);
  const text = `${run.status}, ${duration(endMs - startMs)}`;
  const top = LANE + 8;
  return (
    <path class={`bar ${run.status}`} d={`M${left} ${top}h${width}v20h-${width}z`}>
      <title>{text}</title>
    </path>
  );
}
