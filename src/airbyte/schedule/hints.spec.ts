import fc from 'fast-check';
import { type ScheduleRequest, translateSchedule } from './index';

const NOW = new Date('2026-01-15T10:30:42.500Z');
const LIMITS = { now: NOW, minIntervalMinutes: 1 };

/** Returns the expressions and timings in quotes in a hint. */
function suggestions(hint: string): ScheduleRequest[] {
  return [...hint.matchAll(/"([^"]+)"/g)].flatMap(([, text = '']): ScheduleRequest[] => {
    if (/^Every \d+ /.test(text)) return [{ scheduleType: 'basic', basicTiming: text }];
    const count = text.split(' ').length;
    return count >= 5 && count <= 7 ? [{ scheduleType: 'cron', cronExpression: text }] : [];
  });
}

function hintsOf(request: ScheduleRequest): string[] {
  const translation = translateSchedule(request, LIMITS);
  return translation.ok ? [] : translation.faults.map(({ hint }) => hint);
}

const item = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('*', '0', '2', '?') },
  fc.constantFrom(
    '*/10',
    '*/5',
    '1-5',
    'MON',
    'MON-FRI',
    'L',
    '15W',
    '2#1',
    '60',
    '99',
    '1-7',
    '8-14',
    'x',
    '',
    '1,15',
    '7',
    'MO',
  ),
);
const expression = fc.oneof(
  fc.array(item, { minLength: 4, maxLength: 8 }).map((fields) => fields.join(' ')),
  fc
    .tuple(
      fc.constantFrom('every', 'each', 'cron(', 'rate(', '@', 'daily at', 'every day at', 'PT', 'P'),
      fc.nat({ max: 60 }),
      fc.constantFrom('minutes', 'hours', 'days', 'weeks', 'H', 'M', 'D', 'pm', ':30', ')', 'hours)'),
    )
    .map(
      ([head, count, tail]) =>
        `${head}${/[A-Z(]$/.test(head) ? '' : ' '}${String(count)}${/^[A-Z:)]/.test(tail) ? '' : ' '}${tail}`,
    ),
);

describe('every hint about a schedule', () => {
  it('can be sent back as it is written', () => {
    let seen = 0;
    fc.assert(
      fc.property(expression, (cronExpression) => {
        for (const hint of hintsOf({ scheduleType: 'cron', cronExpression })) {
          for (const suggestion of suggestions(hint)) {
            seen += 1;
            expect([cronExpression, suggestion, hintsOf(suggestion)]).toEqual([
              cronExpression,
              suggestion,
              [],
            ]);
          }
        }
      }),
      { numRuns: 20_000, seed: 7 },
    );
    expect(seen).toBeGreaterThan(1000);
  });

  it.each([
    [
      '0 2 * * *',
      'Europe/Berlin',
      'leave timeZone out and write "0 1 * * *" in UTC; its time in Europe/Berlin shifts by an hour when the clocks change',
    ],
    [
      '30 0,9 * * *',
      'Europe/Berlin',
      'leave timeZone out and write "30 8,23 * * *" in UTC; its time in Europe/Berlin shifts by an hour when the clocks change',
    ],
    ['0 0 2 ? * MON-FRI', 'Asia/Tokyo', 'leave timeZone out and write the times in UTC'],
    ['0 0 12 ? * MON-FRI', 'Asia/Tokyo', 'leave timeZone out and write "0 0 3 ? * MON-FRI" in UTC'],
    ['0 2 * * *', 'Asia/Kolkata', 'leave timeZone out and write the times in UTC'],
    ['0 */2 * * *', 'Europe/Berlin', 'leave timeZone out and write the times in UTC'],
    ['0 2 * * *', 'Mars/Olympus', 'leave timeZone out and write the times in UTC'],
  ])('writes %s of %s in UTC where only the hours differ', (cronExpression, timeZone, hint) => {
    expect(hintsOf({ scheduleType: 'cron', cronExpression, timeZone })).toEqual([hint]);
  });

  it.each([
    ['every 5 minutes', 'use scheduleType basic with basicTiming "Every 5 MINUTES"'],
    ['every day at 2', 'write "0 2 * * *"'],
    ['daily at 2:30 pm', 'write "30 14 * * *"'],
    ['daily', 'write "0 0 * * *"'],
    ['hourly', 'write "0 * * * *"'],
    ['PT6H', 'use scheduleType basic with basicTiming "Every 6 HOURS"'],
    ['P1D', 'use scheduleType basic with basicTiming "Every 1 DAYS"'],
    ['every hour', 'use scheduleType basic with basicTiming "Every 1 HOURS"'],
    ['every 15 min', 'use scheduleType basic with basicTiming "Every 15 MINUTES"'],
    ['every 2 days', 'use scheduleType basic with basicTiming "Every 24 HOURS" or "Every 1 WEEKS"'],
    ['twice a day', 'use scheduleType basic with basicTiming "Every 12 HOURS"'],
    ['4 times daily', 'use scheduleType basic with basicTiming "Every 6 HOURS"'],
    ['R/PT6H', 'use scheduleType basic with basicTiming "Every 6 HOURS"'],
    ['6 hours', 'use scheduleType basic with basicTiming "Every 6 HOURS"'],
    ['half hour', 'use scheduleType basic with basicTiming "Every 30 MINUTES"'],
    ['every month', 'write "0 0 1 * *"'],
    ['every day at noon', 'write "0 12 * * *"'],
    ['every night', 'write "0 2 * * *"'],
    ['weekdays at 9', 'write "0 9 * * MON-FRI"'],
    ['every Monday and Thursday at 6:30 pm', 'write "30 18 * * MON,THU"'],
    ['mondays 9:00', 'write "0 9 * * MON"'],
    ['at 2am', 'write "0 2 * * *"'],
    ['14:30 daily', 'write "30 14 * * *"'],
    ['every 2 hours between 9 and 17', 'write a Unix or Quartz expression, such as "0 2 * * *"'],
    ['every blue moon', 'write a Unix or Quartz expression, such as "0 2 * * *"'],
    ['"0 2 * * *"', 'write "0 2 * * *"'],
    ['0 2 * * *;', 'write "0 2 * * *"'],
    ['0 2 * * * # nightly', 'write "0 2 * * *"'],
    ['0 2 * * * root /opt/backup.sh --all', 'write "0 2 * * *"'],
    ['0 2 * * Mo-Fr', 'names have three letters: write MON-FRI'],
    ['H 2 * * *', 'Airbyte has no hashed values: write 0'],
    ['0 2 * * MO', 'names have three letters: write MON'],
    ['0 2 1-7 * MON', 'for that weekday of each month write "0 0 2 ? * MON#1" in Quartz form'],
    ['30 4 8-14 * 5', 'for that weekday of each month write "0 30 4 ? * FRI#2" in Quartz form'],
  ])('names what to write for %s', (cronExpression, hint) => {
    expect(hintsOf({ scheduleType: 'cron', cronExpression })).toEqual([hint]);
  });
});
