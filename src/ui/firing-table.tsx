import type { JSX } from 'preact';
import { moment, READER_ZONE } from './format';

interface FiringTableProps {
  readonly firings: readonly string[];
  /** Zone of the schedule, if it is another one than UTC. */
  readonly zone?: string | null;
  readonly label?: string;
}

/** Firings in the zone of the reader, in the zone of the schedule, and in UTC. */
export function FiringTable({
  firings,
  zone = null,
  label = 'Next firings',
}: FiringTableProps): JSX.Element | null {
  if (firings.length === 0) return null;
  const zones = [...new Set([READER_ZONE, zone ?? 'UTC', 'UTC'])];
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table class="firings">
        <thead>
          <tr>
            {zones.map((one) => (
              <th key={one} scope="col">
                {one === READER_ZONE && one !== 'UTC' ? `Your zone (${one})` : one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {firings.map((firing) => (
            <tr key={firing}>
              {zones.map((one) => (
                <td key={one}>{moment(firing, one)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
