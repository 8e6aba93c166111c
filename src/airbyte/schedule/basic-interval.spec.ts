import fc from 'fast-check';
import { instants, quartzExpressions } from '../../../test/fixtures/cron-expressions';
import {
  NOW,
  cron,
  stored,
  heldCron,
  reasons,
  hints,
  isoSyncs,
} from '../../../test/support/schedule-requests';
import {
  nextSync,
  nextSyncs,
  readSchedule,
  sameSchedule,
  translateSchedule,
  type ScheduleRequest,
  type UpstreamSchedule,
} from './index';

function basic(basicTiming: string | null): ScheduleRequest {
  return { scheduleType: 'basic', basicTiming };
}

describe('a basic interval', () => {
  it.each([
    ['Every 6 HOURS', 'Every 6 HOURS', '00000 30 4/6 * * ?', '2026-01-15T16:30:00.000Z'],
    ['every 6 hours', 'Every 6 HOURS', '00000 30 4/6 * * ?', '2026-01-15T16:30:00.000Z'],
    [null, 'Every 24 HOURS', '00000 30 10 * * ?', '2026-01-16T10:30:00.000Z'],
    ['Every 15 Minute', 'Every 15 MINUTES', '00000 0/15 * * * ?', '2026-01-15T10:45:00.000Z'],
    ['Every 1 MINUTES', 'Every 1 MINUTES', '00000 0/1 * * * ?', '2026-01-15T10:31:00.000Z'],
    ['Every 1 HOURS', 'Every 1 HOURS', '00000 30 0/1 * * ?', '2026-01-15T11:30:00.000Z'],
    ['Every 60 MINUTES', 'Every 60 MINUTES', '00000 30 0/01 * * ?', '2026-01-15T11:30:00.000Z'],
    ['Every 1 DAYS', 'Every 1 DAYS', '00000 30 010 * * ?', '2026-01-16T10:30:00.000Z'],
    ['Every 1 WEEKS', 'Every 1 WEEKS', '00000 30 10 ? * 5', '2026-01-22T10:30:00.000Z'],
    ['Every 7 days', 'Every 7 DAYS', '00000 30 10 ? * 05', '2026-01-22T10:30:00.000Z'],
  ])('%s is anchored at the minute of creation and reads back as %s', (asked, answered, sent, first) => {
    expect(stored(basic(asked))).toBe(sent);
    const { schedule, timing } = readSchedule(heldCron(sent));
    expect(schedule).toEqual({
      scheduleType: 'basic',
      cronExpression: null,
      basicTiming: answered,
      timeZone: null,
    });
    expect(isoSyncs(timing, NOW, 1)).toEqual([first]);
  });

  it('fires first one interval after the minute of creation and then for ever at that interval', () => {
    const intervals = fc.constantFrom(
      ...[1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60].map((n) => [`Every ${String(n)} MINUTES`, n] as const),
      ...[1, 2, 3, 4, 6, 8, 12, 24, 168].map((n) => [`Every ${String(n)} HOURS`, n * 60] as const),
      ['Every 1 WEEKS', 10_080] as const,
    );
    fc.assert(
      fc.property(intervals, instants, ([timing, minutes], now) => {
        const anchor = Math.floor(now.getTime() / 60_000) * 60_000;
        const reading = readSchedule(heldCron(stored(basic(timing), now)));
        expect(reading.schedule).toMatchObject({ scheduleType: 'basic', basicTiming: timing });
        expect(isoSyncs(reading.timing, now, 30)).toEqual(
          Array.from({ length: 30 }, (_, i) => new Date(anchor + (i + 1) * minutes * 60_000).toISOString()),
        );
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['Every 7 HOURS', 'write "Every 6 HOURS" or "Every 8 HOURS"'],
    ['Every 2 DAYS', 'write "Every 24 HOURS" or "Every 1 WEEKS"'],
    ['Every 90 MINUTES', 'write "Every 1 HOURS" or "Every 2 HOURS"'],
    ['Every 45 MINUTES', 'write "Every 30 MINUTES" or "Every 1 HOURS"'],
    ['Every 2 WEEKS', 'write "Every 1 WEEKS"'],
    ['Every 1 MONTHS', 'write "Every 1 WEEKS", or scheduleType cron with "0 2 1 * *" for once a month'],
    ['Every 0 HOURS', 'write "Every <n> <MINUTES|HOURS|DAYS|WEEKS>", such as "Every 6 HOURS"'],
    ['6h', 'write "Every 6 HOURS"'],
    ['', 'write "Every <n> <MINUTES|HOURS|DAYS|WEEKS>", such as "Every 6 HOURS"'],
  ])('that no cron expression keeps is refused with the nearest: %s', (timing, hint) => {
    expect(hints(basic(timing))).toBe(hint);
  });

  it('more frequent than allowed is refused with the nearest allowed', () => {
    expect(hints(basic('Every 30 MINUTES'), 60)).toBe('write "Every 1 HOURS"');
    expect(reasons(basic('Every 60 MINUTES'), { minIntervalMinutes: 60 })).toEqual([]);
  });

  it('of Airbyte’s own making is due one interval after the newest job, and at once when it is late or new', () => {
    for (const basicTiming of ['Every 24 HOURS', 'Every 24 hours']) {
      const { schedule, timing } = readSchedule({ scheduleType: 'basic', basicTiming });
      expect(schedule).toEqual({ scheduleType: 'basic', cronExpression: null, basicTiming, timeZone: null });
      const due = (startedAt: string | null): Date | null =>
        nextSync(timing, {
          now: NOW,
          isActive: true,
          newestJobStartedAt: startedAt === null ? null : new Date(startedAt),
        });
      expect(due('2026-01-15T02:00Z')).toEqual(new Date('2026-01-16T02:00:00Z'));
      expect(due('2026-01-10T02:00Z')).toEqual(NOW);
      expect(due(null)).toEqual(NOW);
    }
    const { timing } = readSchedule({ scheduleType: 'basic', basicTiming: 'Every 1 MONTHS' });
    const started = new Date('2026-01-15T00:00:00Z');
    expect(nextSyncs(timing, { now: NOW, isActive: true, newestJobStartedAt: started, count: 2 })).toEqual([
      new Date('2026-02-14T00:00:00Z'),
      new Date('2026-03-16T00:00:00Z'),
    ]);
  });
});

describe('a change of schedule', () => {
  it.each<[ScheduleRequest, UpstreamSchedule, boolean]>([
    [cron('0 2 * * *'), heldCron('0000 0 2 * * ?'), true],
    [cron(' 0  2 * * * UTC'), heldCron('0000 0 2 * * ?'), true],
    [cron('0 0 2 * * ?'), heldCron('0000 0 2 * * ?'), false],
    [cron('0 3 * * *'), heldCron('0000 0 2 * * ?'), false],
    [cron('0 0 2 * * ?'), heldCron('0 0 2 * * ?', 'Europe/Berlin'), false],
    [{ ...cron('0 0 2 * * ?'), timeZone: 'Europe/Berlin' }, heldCron('0 0 2 * * ?', 'Europe/Berlin'), true],
    [basic('every 6 hours'), heldCron('00000 30 4/6 * * ?'), true],
    [basic('Every 360 MINUTES'), heldCron('00000 30 4/6 * * ?'), false],
    [basic(null), heldCron('00000 30 10 * * ?'), true],
    [basic('Every 24 HOURS'), { scheduleType: 'basic', basicTiming: 'Every 24 hours' }, true],
    [basic('Every 12 HOURS'), { scheduleType: 'basic', basicTiming: 'Every 24 hours' }, false],
    [basic(null), { scheduleType: 'basic' }, true],
    [{ scheduleType: 'manual' }, { scheduleType: 'manual' }, true],
    [{ scheduleType: 'manual', timeZone: 'UTC' }, { scheduleType: 'manual' }, true],
    [{ scheduleType: 'manual' }, heldCron('0000 0 2 * * ?'), false],
  ])('from %j to what is held, %j, is none: %s', (request, held, same) => {
    expect(sameSchedule(request, held)).toBe(same);
  });

  it('is none when a caller sends back what a read gave', () => {
    fc.assert(
      fc.property(
        quartzExpressions,
        fc.constantFrom('UTC', 'Europe/Berlin', 'Mars/Base'),
        (expression, zone) => {
          const held = heldCron(expression, zone);
          expect(sameSchedule(readSchedule(held).schedule, held)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('moves the anchor of a basic interval only when the interval changes', () => {
    const later = new Date('2026-02-03T17:12:00Z');
    const held = heldCron('00000 30 4/6 * * ?');
    const change = (timing: string): string | null => {
      const translation = translateSchedule(basic(timing), { now: later, minIntervalMinutes: 1, held });
      return translation.ok && translation.upstream.scheduleType === 'cron'
        ? translation.upstream.cronExpression
        : null;
    };
    expect(change('Every 6 HOURS')).toBe('00000 30 4/6 * * ?');
    expect(change('Every 360 MINUTES')).toBe('00000 30 4/06 * * ?');
    expect(change('Every 8 HOURS')).toBe('00000 12 1/8 * * ?');
  });
});
