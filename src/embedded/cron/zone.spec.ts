import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nextFiringIn } from './next-in-zone';
import { parseQuartz } from './quartz';
import { isZone } from './zone';

interface Vector {
  readonly expression: string;
  readonly zone: string;
  readonly from: string;
  readonly next: readonly string[];
}

const { rows } = JSON.parse(
  readFileSync(join(__dirname, '../../../test/fixtures/quartz-firings.json'), 'utf8'),
) as { rows: readonly Vector[] };

function firings({ expression, zone, from, next }: Vector): string[] {
  const quartz = parseQuartz(expression);
  const found: string[] = [];
  let after = new Date(from);
  while (found.length < next.length) {
    const firing = nextFiringIn(quartz, zone, after);
    if (firing === null) break;
    found.push(firing.toISOString().replace('.000', ''));
    after = firing;
  }
  return found;
}

it('fires as Quartz does, in every zone and across clock changes', () => {
  expect(rows.length).toBeGreaterThan(20);
  const wrong = rows.filter((row) => JSON.stringify(firings(row)) !== JSON.stringify(row.next));
  expect(wrong.map((row) => ({ ...row, found: firings(row) }))).toEqual([]);
});

it.each(['UTC', 'GMT', 'Europe/Berlin', 'US/Pacific', 'America/Argentina/Buenos_Aires', 'Etc/UTC'])(
  'knows the zone %s',
  (zone) => {
    expect(isZone(zone)).toBe(true);
  },
);

it.each(['', 'utc', 'europe/berlin', 'Europe/Berlinn', '+02:00', 'Mars/Base', 'Europe/Berlin '])(
  'does not know the zone %j',
  (zone) => {
    expect(isZone(zone)).toBe(false);
  },
);
