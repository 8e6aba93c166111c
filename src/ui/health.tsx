import type { components } from '@airbyte-ingestion/client';
import type { JSX } from 'preact';

export type Health = components['schemas']['Health'];

/** The most urgent first. */
export const HEALTHS: readonly Health[] = [
  'failing',
  'running_late',
  'stale',
  'suspect',
  'unknown',
  'never_synced',
  'healthy',
  'paused',
];

export const HEALTH_WORDS: Readonly<Record<Health, string>> = {
  failing: 'Failing',
  running_late: 'Late',
  stale: 'Stale',
  suspect: 'Suspect',
  unknown: 'Unknown',
  never_synced: 'Never synced',
  healthy: 'Healthy',
  paused: 'Paused',
};

/** One outline for each health, so that it is told without colour. In a square of 16. */
const SHAPES: Readonly<Record<Health, { readonly outline: string; readonly mark: string }>> = {
  failing: { outline: 'M5 1h6l4 4v6l-4 4H5l-4-4V5z', mark: 'M5.5 5.5l5 5m0-5l-5 5' },
  running_late: { outline: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z', mark: 'M8 4.5V8l2.5 2' },
  stale: { outline: 'M2.5 2.5h11v11h-11z', mark: 'M5 8h6' },
  suspect: { outline: 'M8 1l7.3 13.5H.7z', mark: 'M8 6v4m0 2v.4' },
  unknown: { outline: 'M8 .8L15.2 8 8 15.2.8 8z', mark: 'M8 5v3.6m0 2.2v.4' },
  never_synced: { outline: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z', mark: '' },
  healthy: { outline: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z', mark: 'M4.8 8.2l2.2 2.3 4.2-4.6' },
  paused: {
    outline:
      'M3 1.5h10a1.5 1.5 0 0 1 1.5 1.5v10a1.5 1.5 0 0 1-1.5 1.5H3A1.5 1.5 0 0 1 1.5 13V3A1.5 1.5 0 0 1 3 1.5z',
    mark: 'M6 5v6m4-6v6',
  },
};

export function HealthIcon({ health }: { readonly health: Health }): JSX.Element {
  const { outline, mark } = SHAPES[health];
  return (
    <svg class={`shape ${health}`} viewBox="0 0 16 16" aria-hidden="true">
      <path class="outline" d={outline} />
      <path class="mark" d={mark} />
    </svg>
  );
}

export function HealthBadge({ health }: { readonly health: Health }): JSX.Element {
  return (
    <span class={`health ${health}`}>
      <HealthIcon health={health} />
      {HEALTH_WORDS[health]}
    </span>
  );
}
