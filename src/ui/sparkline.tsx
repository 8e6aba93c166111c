import type { components } from '@airbyte-ingestion/client';
import type { JSX } from 'preact';

type Run = components['schemas']['Run'];

const SHOWN = 30;
const BAR = 4;
const HEIGHT = 24;

/** The newest runs, newest on the right. Height is the number of rows; a failed run has the full height and a notch. */
export function Sparkline({ runs }: { readonly runs: readonly Run[] }): JSX.Element {
  const shown = runs.slice(0, SHOWN).reverse();
  const most = Math.max(1, ...shown.map(({ rows }) => rows ?? 0));
  const failed = shown.filter(({ status }) => status === 'failed').length;
  const label =
    shown.length === 0 ? 'No runs yet' : `${shown.length} runs, ${failed === 0 ? 'none' : failed} failed`;
  const first = SHOWN - shown.length;
  /** One shape for all runs of a status. */
  const shapes = new Map<Run['status'], string>();
  shown.forEach((run, index) => {
    shapes.set(run.status, (shapes.get(run.status) ?? '') + bar(run, (first + index) * BAR, most));
  });
  return (
    <svg class="sparkline" viewBox={`0 0 ${SHOWN * BAR} ${HEIGHT}`} role="img" aria-label={label}>
      <title>{label}</title>
      <path class="base" d={`M0 ${HEIGHT - 0.5}h${SHOWN * BAR}`} />
      {[...shapes].map(([status, d]) => (
        <path key={status} class={status} d={d} />
      ))}
    </svg>
  );
}

function bar(run: Run, x: number, most: number): string {
  const isFailed = run.status === 'failed';
  const share = isFailed ? 1 : Math.sqrt((run.rows ?? 0) / most);
  const height = Math.max(3, Math.round(share * (HEIGHT - 2)));
  const top = HEIGHT - 1 - height;
  const bottom = HEIGHT - 1;
  return isFailed ? `M${x} ${top}h3v5h-3zM${x} ${top + 7}h3V${bottom}h-3z` : `M${x} ${top}h3V${bottom}h-3z`;
}
