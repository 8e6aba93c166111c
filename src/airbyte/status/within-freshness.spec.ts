import { type Case, daily, FAILED, factsOf } from '../../../test/fixtures/sync-histories';
import { withinFreshness } from './within-freshness';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Syncs take five minutes. */
const DAILY_RUNS = daily('2026-01-15T02:00Z', 40);

function shareOf(
  runs: Case['runs'],
  objectiveMs: number,
  until = '2026-01-15T12:05Z',
): { share: number; since: string; hours: number } | null {
  const found = withinFreshness(factsOf({ ...(runs && { runs }) }), objectiveMs, new Date(until));
  return (
    found && {
      share: found.share,
      since: found.since.toISOString(),
      hours: found.observedMs / HOUR_MS,
    }
  );
}

describe('the share of time within the objective', () => {
  it('is 1 while every success came in time, and covers at most 28 days', () => {
    expect(shareOf(DAILY_RUNS, DAY_MS)).toEqual({
      share: 1,
      since: '2025-12-18T12:05:00.000Z',
      hours: 28 * 24,
    });
  });

  it('counts the time from the end of the objective to the next success as too old', () => {
    const runs: Case['runs'] = [['2026-01-15T02:00Z'], ['2026-01-15T00:00Z', FAILED], ['2026-01-14T18:00Z']];
    // Six of eight hours, and ten of ten.
    expect(shareOf(runs, 6 * HOUR_MS)?.share).toBeCloseTo((6 + 6) / 18, 10);
    expect(shareOf(runs, 10 * HOUR_MS)).toMatchObject({ share: 1, hours: 18 });
  });

  it('begins with the oldest known success if the known runs do not reach back 28 days', () => {
    const hourly = Array.from({ length: 40 }, (_, n) => {
      return [new Date(Date.parse('2026-01-15T12:00Z') - n * HOUR_MS).toISOString()] as const;
    });
    expect(shareOf(hourly, HOUR_MS, '2026-01-15T12:35Z')).toEqual({
      share: 1,
      since: '2026-01-13T21:05:00.000Z',
      hours: 39.5,
    });
    const failedFirst = [...hourly.slice(0, 20), ...hourly.slice(20).map(([at]) => [at, FAILED] as const)];
    expect(shareOf(failedFirst, HOUR_MS, '2026-01-15T12:35Z')).toMatchObject({ share: 1, hours: 19.5 });
  });

  it('uses a newest success that is older than all known runs, also from before the 28 days', () => {
    const failures = daily('2026-01-15T02:00Z', 40, FAILED);
    const { newestSuccess } = factsOf({ runs: [['2025-12-01T02:00Z']] });
    const facts = { newestJobs: factsOf({ runs: failures }).newestJobs, newestSuccess };
    const until = new Date('2026-01-15T02:05Z');
    expect(withinFreshness(facts, DAY_MS, until)?.share).toBe(0);
    const found = withinFreshness(facts, 31 * DAY_MS, until);
    // Until the first of January, of the time since the 18th of December.
    expect([found?.share, found?.observedMs]).toEqual([14 / 28, 28 * DAY_MS]);
  });

  it('ends with the observation: what came later, by the clock of Airbyte, is not counted', () => {
    const runs: Case['runs'] = [['2026-01-15T02:00Z'], ['2026-01-14T02:00Z']];
    expect(shareOf(runs, 12 * HOUR_MS, '2026-01-15T02:05Z')).toEqual({
      share: 0.5,
      since: '2026-01-14T02:05:00.000Z',
      hours: 24,
    });
  });

  it.each([
    ['without a run', []],
    ['without a success', daily('2026-01-15T02:00Z', 3, FAILED)],
    ['without a run that brings data', daily('2026-01-15T02:00Z', 3, { jobType: 'clear' })],
    ['with a first success that ends at the same time', [['2026-01-15T12:00Z']]],
  ] as const)('is not known %s', (_, runs) => {
    expect(shareOf(runs, DAY_MS)).toBeNull();
  });
});
