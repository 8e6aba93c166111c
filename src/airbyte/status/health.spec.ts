import type { HealthReason, StatusFacts } from '../core/status-facts';
import {
  type Case,
  daily,
  EMPTY,
  factsOf,
  FAILED,
  HISTORIES,
  HOUR_MS,
  HOURLY,
  MANUAL,
  WEEKDAYS,
} from '../../../test/fixtures/sync-histories';
import { assessHealth } from './health';

const TOLERANCES = {
  missedRunMs: HOUR_MS / 2,
  askedFreshness: null,
  defaultFreshness: null,
  disablesFailing: true,
};

function reasonsOf(history: Case, askedFreshness: string | null = null): readonly HealthReason[] {
  return assessHealth(factsOf(history), { ...TOLERANCES, askedFreshness }).reasons;
}

describe('health', () => {
  it.each(HISTORIES)('of %s', (_, history, health, codes) => {
    const report = assessHealth(factsOf(history), TOLERANCES);
    expect([report.health, report.reasons.map(({ code }) => code)]).toEqual([health, codes]);
  });

  it.each([
    [
      'the end of the first failure in the row',
      [['2026-01-15T02:00Z', FAILED], ['2026-01-14T02:00Z', FAILED], ['2026-01-13T02:00Z']],
      'failing',
      '2026-01-14T02:05:00.000Z',
    ],
    ['the firing that was missed', daily('2026-01-14T02:00Z', 3), 'missed_run', '2026-01-15T02:00:00.000Z'],
    ['the end of the second interval', daily('2026-01-12T02:00Z', 3), 'stale', '2026-01-14T02:05:00.000Z'],
    [
      'the end of the first empty success',
      [...daily('2026-01-15T02:00Z', 3, EMPTY), ...daily('2026-01-12T02:00Z', 10)],
      'false_success',
      '2026-01-13T02:05:00.000Z',
    ],
  ] as const)('is wrong since %s', (_, runs, code, since) => {
    const found = reasonsOf({ runs }).find((reason) => reason.code === code);
    expect(found?.since?.toISOString()).toBe(since);
  });

  it.each([
    ['PT9H', []],
    ['PT8H', ['stale']],
  ])('is judged by the freshness asked for, also without a schedule: %s', (freshness, codes) => {
    const history = { schedule: MANUAL, runs: [['2026-01-15T02:00Z']] } as const;
    expect(reasonsOf(history, freshness).map(({ code }) => code)).toEqual(codes);
  });

  it.each([
    ['asked for', 'PT8H', 'PT9H', 'PT9H', ['stale']],
    ['of the ingestion', null, 'PT8H', 'PT9H', ['stale']],
    ['of the ingestion, longer than the default', null, 'PT9H', 'PT8H', []],
    ['of the setting', null, null, 'PT8H', ['stale']],
  ])('is judged by the freshness %s', (_, askedFreshness, own, defaultFreshness, codes) => {
    const facts = factsOf({ schedule: MANUAL, runs: [['2026-01-15T02:00Z']] });
    const tags = own === null ? [] : [{ tagId: 't', workspaceId: 'w', name: `freshness=${own}`, color: '' }];
    const connection = { ...facts.connection, tags };
    const tolerances = { ...TOLERANCES, askedFreshness, defaultFreshness };
    const { reasons } = assessHealth({ ...facts, connection }, tolerances);
    expect(reasons.map(({ code }) => code)).toEqual(codes);
  });

  it('does not judge by the schedule what has an objective', () => {
    const facts = factsOf({ runs: daily('2026-01-12T02:00Z', 3) });
    const codesWith = (defaultFreshness: string | null): string[] =>
      assessHealth(facts, { ...TOLERANCES, defaultFreshness }).reasons.map(({ code }) => code);
    expect(codesWith(null)).toContain('stale');
    expect(codesWith('P30D')).not.toContain('stale');
  });

  it('counts how many failed in a row and how far that is from being disabled', () => {
    const runs = [...daily('2026-01-15T02:00Z', 3, FAILED), ...daily('2026-01-12T02:00Z', 3)];
    expect(reasonsOf({ runs })[0]?.message).toMatch(
      /newest 3 syncs failed.*30 failures.*7 days.*27 failures away/,
    );
  });

  it.each([
    ['after rows', ['full_refresh_overwrite'], [EMPTY, EMPTY, {}], '2026-01-14T02:05:00.000Z'],
    [
      'after rows, with a failure in between',
      ['full_refresh_overwrite'],
      [EMPTY, FAILED, {}],
      '2026-01-15T02:05:00.000Z',
    ],
    ['deduplicated, after rows', ['full_refresh_overwrite_deduped'], [EMPTY, {}], '2026-01-15T02:05:00.000Z'],
    ['after a clear', ['full_refresh_overwrite'], [EMPTY, { jobType: 'clear' }, {}], undefined],
    ['since the beginning', ['full_refresh_overwrite'], [EMPTY, EMPTY], undefined],
    ['and then rows again', ['full_refresh_overwrite'], [{}, EMPTY, {}], undefined],
    ['that appends', ['full_refresh_overwrite', 'incremental_append'], [EMPTY, {}], undefined],
    ['of unknown streams', [], [EMPTY, {}], undefined],
    ['of an unknown mode', [null], [EMPTY, {}], undefined],
  ])('reports an empty overwrite %s', (_, modes, results, since) => {
    const runs = results.map((run, day) => [`2026-01-${15 - day}T02:00Z`, run] as const);
    const facts = factsOf({ runs });
    const streams = modes.map((syncMode) => ({
      ...{ name: 's', namespace: null, syncMode, cursorField: [], primaryKey: [] },
    }));
    const { health, reasons } = assessHealth(
      { ...facts, connection: { ...facts.connection, streams } },
      TOLERANCES,
    );
    const found = reasons.find(({ code }) => code === 'empty_overwrite');
    expect(found?.since?.toISOString()).toBe(since);
    expect(health === 'suspect').toBe(since !== undefined);
  });

  it('has the message of the newest failure', () => {
    const facts = factsOf({ runs: [['2026-01-15T02:00Z', FAILED], ['2026-01-14T02:00Z']] });
    const runFailure = {
      origin: 'source',
      type: 'config_error',
      message: 'The password is wrong.',
      retryable: false,
      advice: 'fix_configuration',
      at: null,
    } as const;
    const messageOf = (failure: StatusFacts['runFailure']): string | undefined =>
      assessHealth({ ...facts, runFailure: failure }, TOLERANCES).reasons[0]?.message;
    expect(messageOf(runFailure)).toMatch(
      /^The newest sync failed\. .* Reason of the newest failure: The password is wrong\.$/,
    );
    expect(messageOf({ ...runFailure, message: null })).not.toContain('Reason');
  });

  it.each([
    ['half of the failures but not half of the week', 15, '2026-01-13T00:00Z', false],
    ['half of the week but not half of the failures', 14, '2026-01-08T00:00Z', false],
    ['half of both', 15, '2026-01-11T00:00Z', true],
  ])('is near its disabling only at %s', (_, failures, success, isNear) => {
    const runs = [...daily('2026-01-15T10:00Z', failures, FAILED), [success] as const];
    const codes = reasonsOf({ schedule: HOURLY, runs }).map(({ code }) => code);
    expect(codes.includes('near_auto_disable')).toBe(isNear);
  });

  it('waits for a weekday schedule until its second working day is over', () => {
    const friday = { schedule: WEEKDAYS, runs: [['2026-01-09T09:00Z']] } as const;
    const at = (now: string): readonly string[] => {
      const facts = { ...factsOf(friday), now: new Date(now) };
      return assessHealth(facts, TOLERANCES).reasons.map(({ code }) => code);
    };
    expect(at('2026-01-12T08:00Z')).toEqual([]);
    expect(at('2026-01-13T09:04Z')).toEqual(['missed_run']);
    expect(at('2026-01-13T09:06Z')).toEqual(['missed_run', 'stale']);
  });
});
