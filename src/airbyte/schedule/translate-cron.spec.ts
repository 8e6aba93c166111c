import fc from 'fast-check';
import checks from '../../../test/fixtures/airbyte-cron-checks.json';
import {
  instants,
  quartzExpressions,
  unixExpressions,
  unixFirings,
} from '../../../test/fixtures/cron-expressions';
import quartz from '../../../test/fixtures/quartz-firings.json';
import {
  NOW,
  cron,
  stored,
  heldCron,
  readBack,
  reasons,
  isoSyncs,
} from '../../../test/support/schedule-requests';
import { readSchedule, translateSchedule } from './index';

const limits = { now: NOW, minIntervalMinutes: 1 };

describe('a Unix expression', () => {
  it.each([
    ['0 2 * * *', '0000 0 2 * * ?'],
    ['*/15 * * * *', '0000 */15 * * * ?'],
    ['0 2 * * 1-5', '0000 0 2 ? * 2-6'],
    ['0 2 * * 0', '0000 0 2 ? * 1'],
    ['0 2 * * 7', '0000 0 2 ? * 01'],
    ['0 2 * * 5-7', '0000 0 2 ? * 6-01'],
    ['0 2 * * mon-Fri', '0000 0 2 ? * mon-Fri'],
    ['0 2 15 * *', '0000 0 2 15 * ?'],
    ['05 02 1,15 JAN,7 *', '0000 05 02 1,15 JAN,7 ?'],
    ['0 22-2 * * *', '0000 0 22-2 * * ?'],
  ])('%s is sent as %s', (unix, sent) => {
    expect(stored(cron(unix))).toBe(sent);
    expect(readBack(sent)).toEqual({
      scheduleType: 'cron',
      cronExpression: unix,
      basicTiming: null,
      timeZone: 'UTC',
    });
  });

  it.each([
    ['0 2 * * 1-5/2', '2,4,6,'],
    ['0 2 * * MON-FRI/2', '2,4,6,'],
    ['0 2 * * 1-FRI', '2,3,4,5,6,'],
    ['0 2 * * 0-7', '1,2,3,4,5,6,7,'],
    ['0 2 * * 5-1/2', '1,6,'],
    ['0 2 * * */7', '1,'],
  ])('%s is sent with its weekdays listed and comes back as it was', (unix, listed) => {
    const sent = stored(cron(unix));
    expect(sent.startsWith(`0000 0 2 ? * ${listed}`)).toBe(true);
    expect(sent).not.toMatch(/[-/]/);
    expect(readBack(sent).cronExpression).toBe(unix);
  });

  it('is answered without the blanks and the UTC that came with it', () => {
    const translation = translateSchedule(cron('  0   2 * *\t1  UTC '), limits);
    expect(translation).toMatchObject({
      ok: true,
      schedule: { cronExpression: '0 2 * * 1', timeZone: 'UTC' },
      upstream: { cronExpression: '0000 0 2 ? * 2' },
    });
  });

  it('fires at the same instants before and after translation, and comes back as it was sent', () => {
    fc.assert(
      fc.property(unixExpressions, instants, (unix, from) => {
        const refusals = reasons(cron(unix), { now: from });
        expect(refusals.filter((reason) => !reason.includes('never fires'))).toEqual([]);
        fc.pre(refusals.length === 0);
        const sent = stored(cron(unix), from);
        const { schedule, timing } = readSchedule(heldCron(sent));
        expect(schedule).toEqual({
          scheduleType: 'cron',
          cronExpression: unix,
          basicTiming: null,
          timeZone: 'UTC',
        });
        const syncs = isoSyncs(timing, from, 3);
        const withinDays = 100;
        const near = syncs.filter((sync) => Date.parse(sync) < from.getTime() + withinDays * 86_400_000);
        expect(unixFirings(unix, from, near.length + (near.length < 3 ? 1 : 0), withinDays)).toEqual(near);
      }),
      { numRuns: 400 },
    );
  });
});

describe('a Quartz expression', () => {
  it.each(
    checks.accepted
      .filter(({ next }) => next.length > 0)
      .map(({ expression }) => expression.trim().replace(/ UTC$/, '')),
  )('that Airbyte accepts comes back as it was sent: %s', (expression) => {
    expect(readBack(stored(cron(expression))).cronExpression).toBe(expression);
  });

  it('is refused for never firing in three of the rows that Airbyte accepts, and in no other', () => {
    const refused = checks.accepted.filter(({ expression }) => reasons(cron(expression)).length > 0);
    expect(refused.map(({ expression }) => expression)).toEqual(
      checks.accepted.filter(({ next }) => next.length === 0).map(({ expression }) => expression),
    );
    expect(refused).toHaveLength(3);
  });

  it('that Airbyte refuses is refused, unless it is Unix', () => {
    const accepted = checks.refused.filter((expression) => reasons(cron(expression)).length === 0);
    expect(accepted).toEqual(['0 2 * * *', '*/15 * * * *', '0 0 * * *']);
  });

  it('of Quartz itself is accepted in every recorded row that a year does not bind to several minutes', () => {
    for (const { expression, from, next } of quartz.rows) {
      const translation = translateSchedule(cron(expression), { now: new Date(from), minIntervalMinutes: 1 });
      const severalMinutes = /^\S+ \S*[-,*/]\S* .* 20\S+$/.test(expression);
      const expected = next.length > 0 && !severalMinutes;
      expect([expression, translation.ok]).toEqual([expression, expected]);
    }
  });

  it('is sent without an idle year, and still comes back with it', () => {
    expect(stored(cron('0 0 2 * * ? *'))).toBe('00000000 0 2 * * ?');
    expect(readBack('00000000 0 2 * * ?').cronExpression).toBe('0 0 2 * * ? *');
    expect(readBack(stored(cron('0 */15 * * * ? *'))).cronExpression).toBe('0 */15 * * * ? *');
    expect(stored(cron('0 0 2 * * ? 2026-2030'))).toBe('0 0 2 * * ? 2026-2030');
  });

  it('is sent as it is when both of Airbyte’s libraries read it alike', () => {
    for (const expression of [
      '0 0 2 * * ?',
      '00 00 02 * * ?',
      '0 0 2 ? * fri-Mon',
      '0 0 2 ? * 6#3',
      '30 5/15 22-2 lw * ?',
    ]) {
      expect(stored(cron(expression))).toBe(expression);
    }
  });

  it('has stepped weekday ranges and steps that wrap around listed', () => {
    expect(stored(cron('0 0 2 ? * 2-1/2'))).toMatch(/^0 0 2 \? \* 1,2,4,6,0/);
    expect(stored(cron('0 0 22-4/2 * * ?'))).toMatch(/^0 0 0,2,4,22,0/);
    expect(readBack(stored(cron('0 0 2 ? * 2-1/2'))).cronExpression).toBe('0 0 2 ? * 2-1/2');
  });

  it.each([
    '0000 0 2 * * ?',
    '00000 0/15 * * * ?',
    '00000 30 10 * * ?',
    '00000000 0 2 * * ?',
    '0000 0 2 ? * 01',
  ])('sent by a caller in the spelling of a mark still comes back as it was sent: %s', (expression) => {
    expect(stored(cron(expression))).not.toBe(expression);
    expect(readBack(stored(cron(expression)))).toMatchObject({
      scheduleType: 'cron',
      cronExpression: expression,
    });
    const twice = stored(cron(stored(cron(expression))));
    expect(readBack(twice).cronExpression).toBe(stored(cron(expression)));
  });

  it('comes back as it was sent, whatever its zeros, and fires as sent', () => {
    fc.assert(
      fc.property(quartzExpressions, (expression) => {
        fc.pre(reasons(cron(expression)).length === 0);
        const { schedule, timing } = readSchedule(heldCron(stored(cron(expression))));
        expect(schedule).toMatchObject({ scheduleType: 'cron', cronExpression: expression });
        const direct = readSchedule({ scheduleType: 'cron', cronExpression: `${expression} Etc/UTC` });
        expect(isoSyncs(timing, NOW, 3)).toEqual(isoSyncs(direct.timing, NOW, 3));
      }),
      { numRuns: 1000 },
    );
  });
});
