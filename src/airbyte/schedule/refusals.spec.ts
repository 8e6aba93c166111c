import { NOW, cron, stored, readBack, reasons, hints } from '../../../test/support/schedule-requests';
import { translateSchedule, type ScheduleRequest } from './index';

const limits = { now: NOW, minIntervalMinutes: 1 };

describe('members that exclude each other', () => {
  it.each<[ScheduleRequest, string[]]>([
    [{ scheduleType: 'cron' }, ['cronExpression']],
    [{ scheduleType: 'cron', cronExpression: null }, ['cronExpression']],
    [{ scheduleType: 'manual', cronExpression: '0 2 * * *' }, ['cronExpression']],
    [{ scheduleType: 'manual', basicTiming: 'Every 6 HOURS' }, ['basicTiming']],
    [{ scheduleType: 'basic', cronExpression: '0 2 * * *' }, ['cronExpression']],
    [{ scheduleType: 'cron', cronExpression: '0 2 * * *', basicTiming: 'Every 6 HOURS' }, ['basicTiming']],
    [{ scheduleType: 'cron', cronExpression: '0 2 * * *', timeZone: 'Europe/Berlin' }, ['timeZone']],
    [{ scheduleType: 'cron', cronExpression: '0 2 * * *', timeZone: 'utc' }, ['timeZone']],
    [{ scheduleType: 'basic', timeZone: 'Etc/UTC' }, ['timeZone']],
    [{ scheduleType: 'manual', timeZone: 'nowhere' }, ['timeZone']],
    [
      { scheduleType: 'cron', cronExpression: '60 25 * * *', basicTiming: 'x', timeZone: 'x' },
      ['basicTiming', 'timeZone', 'cronExpression', 'cronExpression'],
    ],
    [
      { scheduleType: 'basic', basicTiming: 'Every 7 HOURS', cronExpression: 'x' },
      ['cronExpression', 'basicTiming'],
    ],
  ])('are refused, each with a reason and a hint: %j', (request, fields) => {
    const translation = translateSchedule(request, limits);
    const faults = translation.ok ? [] : translation.faults;
    expect(faults.map((fault) => fault.field)).toEqual(fields);
    for (const fault of faults) expect(Math.min(fault.reason.length, fault.hint.length)).toBeGreaterThan(10);
  });

  it('are not reported for null, or for UTC with a type without a zone', () => {
    const nulls = { cronExpression: null, basicTiming: null, timeZone: null };
    expect(translateSchedule({ scheduleType: 'manual', ...nulls, timeZone: 'UTC' }, limits)).toEqual({
      ok: true,
      schedule: { scheduleType: 'manual', ...nulls },
      upstream: { scheduleType: 'manual' },
      internal: null,
    });
    expect(translateSchedule({ scheduleType: 'basic', ...nulls, timeZone: 'UTC' }, limits).ok).toBe(true);
  });
});

describe('a refused expression', () => {
  it.each([
    ['@daily', 'write "0 0 * * *"'],
    ['@Weekly', 'write "0 0 * * 0"'],
    ['@every 6h', 'use scheduleType basic with basicTiming "Every 6 HOURS"'],
    ['@reboot', 'write a Unix or Quartz expression, such as "0 2 * * *"'],
    ['cron(0 2 * * ? *)', 'write "0 0 2 * * ?"'],
    ['cron(0 10 ? * MON-FRI 2027)', 'write "0 0 10 ? * MON-FRI 2027"'],
    ['rate(7 hours)', 'use scheduleType basic with basicTiming "Every 6 HOURS" or "Every 8 HOURS"'],
    ['0 2 15 * 1-5', 'make two ingestions, "0 2 15 * *" and "0 2 * * 1-5", or keep one of the two'],
    ['0 2 */2 * 1', 'make two ingestions, "0 2 */2 * *" and "0 2 * * 1", or keep one of the two'],
    ['0 0 2 * * *', 'write "0 0 2 * * ?" for every day'],
    ['0 0 2 ? * ?', 'write "0 0 2 * * ?" for every day'],
    ['0 0 15 * * MON,TUE', 'write "0 0 15 ? * MON,TUE"'],
    [
      '0 0 2 * * 1-5',
      'write "0 0 2 ? * 1-5", but in Quartz 1 is Sunday and 7 is Saturday: better name the days, such as MON-FRI',
    ],
    ['0 0 2 15 * *', 'write "0 0 2 15 * ?"'],
    [
      '0 0 2 15 * MON-FRI',
      'make two ingestions, "0 0 2 15 * ?" and "0 0 2 ? * MON-FRI", or keep one of the two',
    ],
    ['0 0 2 ? * 0', 'in Quartz 1 is Sunday and 7 is Saturday, or write SUN to SAT'],
    ['0 0 2 ? * 8', 'in Quartz 1 is Sunday and 7 is Saturday, or write SUN to SAT'],
    ['0 2 * * 8', 'in Unix cron 0 and 7 are Sunday and 6 is Saturday, or write SUN to SAT'],
    ['0 2 * * MONDAY', 'names have three letters: write MON'],
    ['0/15 * * * *', 'write 0-59/15'],
    ['/5 * * * *', 'write */5'],
    ['0 2 ? * 1', 'write * in a Unix expression'],
    [
      '0 2 * * 1L',
      'write the whole expression in Quartz form: six fields that begin with the second, such as "0 0 2 L * ?"',
    ],
    ['0 0 2 ? * MON-FRI/2', 'write MON,WED,FRI'],
    ['0 0 2 ? * MON-5', 'write MON,TUE,WED,THU'],
    ['0 0 2 1W,15 * ?', 'L, W and # stand alone: make one ingestion for each'],
    ['0 0 2 L-31 * ?', 'write L-1 to L-30, or L for the last day'],
    ['0 0 2 32W * ?', 'write 1W to 31W'],
    ['0 0 2 ? * 2#6', 'write #1 to #5 after the day of the week'],
    ['0 0 2 ? * 9#1', 'write 1 to 7 or SUN to SAT; 1 is Sunday'],
    ['0 0 2 ? ? *', 'only one of day of month and day of week may be ?'],
    ['0 */15 * * * ? 2027', 'leave the year out: "0 */15 * * * ?", or write one minute'],
    ['0 0 2 * * ? 2030-2026', 'write the earlier year first'],
    ['*/5 * * * * ?', 'Airbyte starts a sync at most once a minute: write 0'],
    [
      '*/90 * * * *',
      'a step restarts with every hour: use scheduleType basic with basicTiming "Every 1 HOURS" or "Every 2 HOURS"',
    ],
    [
      '0 */48 * * *',
      'a step restarts with every day: use scheduleType basic with basicTiming "Every 24 HOURS" or "Every 1 WEEKS"',
    ],
    ['0-30/90 * * * *', 'a step restarts with every hour: leave it out, or list the values'],
    ['*/0 * * * *', 'leave the step out'],
    [
      '0 0 2 * * ? Europe/Berlin',
      'leave the zone out and write "0 0 1 * * ?" in UTC; its time in Europe/Berlin shifts by an hour when the clocks change. Or give it as timeZone, if GET /capabilities shows timeZones on.',
    ],
    [
      '0 2 * * * America/New_York',
      'leave the zone out and write "0 7 * * *" in UTC; its time in America/New_York shifts by an hour when the clocks change. Or give it as timeZone, if GET /capabilities shows timeZones on.',
    ],
    [
      '0 0 2 * * ?Asia/Tokyo',
      'leave the zone out and write "0 0 17 * * ?" in UTC. Or give it as timeZone, if GET /capabilities shows timeZones on.',
    ],
    [
      'CRON_TZ=CET 0 2 * * *',
      'leave the zone out and write "0 1 * * *" in UTC; its time in CET shifts by an hour when the clocks change. Or give it as timeZone, if GET /capabilities shows timeZones on.',
    ],
    ['0 0 2 * * ? utc', 'leave the zone out: "0 0 2 * * ?"'],
    [
      '0 2 * *',
      'write five fields (Unix: minute hour day-of-month month day-of-week), or six or seven (Quartz: second first, year last)',
    ],
    ['  ', 'write a Unix or Quartz expression, such as "0 2 * * *"'],
    ['0 0 2 31 2 ?', 'none of these months has this day: change day or month'],
    ['0 2 30 2 *', 'none of these months has this day: change day or month'],
    ['0 0 2 1 1 ? 2000', 'its year is in the past: leave the year out'],
    [
      `0 ${'2,'.repeat(126)}2 * * *`,
      'use ranges and steps in place of long lists, or make several ingestions',
    ],
  ])('has a hint: %s', (expression, hint) => {
    expect(hints(cron(expression))).toBe(hint);
  });

  it('is reported with all faults of its fields', () => {
    expect(reasons(cron('60 25 * * 9'))).toEqual([
      'the minute 60 is outside of 0 to 59',
      'the hour 25 is outside of 0 to 23',
      'the day of week 9 is outside of 0 to 7',
    ]);
  });

  it('may be 255 characters long', () => {
    const expression = `${'0'.repeat(247)} 2 * * *`;
    expect(expression).toHaveLength(255);
    expect(readBack(stored(cron(expression))).cronExpression).toBe(expression);
  });

  it.each([
    ['59 23 * * *', 60, true],
    // One minute apart, across midnight.
    ['0,59 0,23 * * *', 60, false],
    ['0 0,1 * * *', 60, true],
    ['0,30 9 * * *', 60, false],
    ['59 9 * * *', 60, true],
    ['30 9,10 * * *', 60, true],
    ['0,59 9 1 1 *', 60, false],
    ['*/15 * * * *', 15, true],
    ['*/14 * * * *', 15, false],
    ['0 0 0,23 1,15 * ?', 120, true],
    ['0 0 0,23 1,31 * ?', 120, false],
    ['0 0 0,23 1,2 * ?', 120, false],
    ['* * * * *', 1, true],
  ])(
    'depends on the smallest gap between two firings: %s, at least %d minutes apart: %s',
    (expression, floor, allowed) => {
      const found = reasons(cron(expression), { minIntervalMinutes: floor }).filter((reason) =>
        reason.includes('apart'),
      );
      expect(found).toHaveLength(allowed ? 0 : 1);
    },
  );

  it('needs little CPU time, as does an accepted one', () => {
    const worst = [
      '0 0 0,23 29 2 ?',
      '0 0 2 31 2 ?',
      `${'0-59/59,'.repeat(30)}1 * * * *`,
      `0 2 * * ${'1-5/2,'.repeat(40)}1`,
    ];
    for (const expression of worst) {
      const before = process.cpuUsage();
      for (let run = 0; run < 10; run++)
        translateSchedule(cron(expression), { now: NOW, minIntervalMinutes: 240 });
      // CPU time, unlike real time, does not grow with the load of the machine.
      expect(process.cpuUsage(before).user / 1000 / 10).toBeLessThan(50);
    }
  });
});
