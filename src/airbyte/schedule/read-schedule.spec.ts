import fc from 'fast-check';
import { quartzExpressions } from '../../../test/fixtures/cron-expressions';
import { NOW, heldCron, isoSyncs } from '../../../test/support/schedule-requests';
import { nextSync, readSchedule, type Schedule, type UpstreamSchedule } from './index';

describe('schedules that others made', () => {
  it.each([
    ['0 0 2 * * ? UTC', '0 0 2 * * ?', 'UTC'],
    ['00 00 02 * * ? UTC', '00 00 02 * * ?', 'UTC'],
    ['0 0 2 * * ?', '0 0 2 * * ?', 'UTC'],
    ['0 0 2 ? * MON-FRI America/New_York', '0 0 2 ? * MON-FRI', 'America/New_York'],
    ['0 0 2 * * ? 2027 Europe/Berlin', '0 0 2 * * ? 2027', 'Europe/Berlin'],
    ['0 0 2 * * ? * UTC', '0 0 2 * * ? *', 'UTC'],
    ['0 0 2 * * ? 2027', '0 0 2 * * ? 2027', 'UTC'],
    ['0 0 2 ? * 2-6/2 UTC', '0 0 2 ? * 2-6/2', 'UTC'],
    ['0 0 2 ? * 2,4,06 UTC', '0 0 2 ? * 2,4,06', 'UTC'],
    ['000 0 2 * * ? UTC', '000 0 2 * * ?', 'UTC'],
    // Marks that do not hold: nothing of ours is stored so.
    ['00000 30 4/6 * * ? Europe/Berlin', '00000 30 4/6 * * ?', 'Europe/Berlin'],
    ['0000 0/15 2 * * ? UTC', '0000 0/15 2 * * ?', 'UTC'],
    ['0000 0 2 LW * ? UTC', '0000 0 2 LW * ?', 'UTC'],
    ['0000 0 2 ? * 2-6/2 UTC', '0000 0 2 ? * 2-6/2', 'UTC'],
    ['00000 7/45 * * * ? UTC', '00000 7/45 * * * ?', 'UTC'],
    ['00000 0 2 1 * ? UTC', '00000 0 2 1 * ?', 'UTC'],
    ['0000000 0 2 * * ? UTC', '0000000 0 2 * * ?', 'UTC'],
  ])('comes back as Airbyte holds it, its zone apart: %s', (held, cronExpression, timeZone) => {
    const { schedule, timing } = readSchedule({ scheduleType: 'cron', cronExpression: held });
    expect(schedule).toEqual({ scheduleType: 'cron', cronExpression, basicTiming: null, timeZone });
    expect(timing.kind).toBe('cron');
  });

  it.each([
    ['0000 0 2 * * ?', '0 2 * * *'],
    ['0000 0 2 ? * 6-01', '0 2 * * 5-7'],
    ['00000000 0 2 * * ?', '0 0 2 * * ? *'],
  ])('has the form of the caller in any zone: %s', (held, cronExpression) => {
    const { schedule } = readSchedule({ scheduleType: 'cron', cronExpression: `${held} Europe/Berlin` });
    expect(schedule).toMatchObject({ cronExpression, timeZone: 'Europe/Berlin' });
  });

  it('is never mistaken for ours when its second has the usual one or two digits', () => {
    fc.assert(
      fc.property(quartzExpressions, fc.constantFrom('0', '00', '5', '05', '30'), (expression, second) => {
        const held = expression.replace(/^\S+/, second);
        expect(readSchedule(heldCron(held)).schedule.cronExpression).toBe(held);
      }),
      { numRuns: 1000 },
    );
  });

  it('fires in its own zone', () => {
    const { timing } = readSchedule(heldCron('0 0 2 * * ?', 'America/New_York'));
    expect(isoSyncs(timing, NOW, 1)).toEqual(['2026-01-16T07:00:00.000Z']);
  });

  it.each<[UpstreamSchedule, Partial<Schedule>]>([
    [
      { scheduleType: 'cron', cronExpression: 'nonsense' },
      { scheduleType: 'cron', cronExpression: 'nonsense', timeZone: 'UTC' },
    ],
    [
      { scheduleType: 'cron', cronExpression: '' },
      { scheduleType: 'cron', cronExpression: '', timeZone: 'UTC' },
    ],
    [{ scheduleType: 'cron' }, { scheduleType: 'cron' }],
    [
      { scheduleType: 'cron', cronExpression: '0 0 2 * * ? Mars/Base' },
      { scheduleType: 'cron', cronExpression: '0 0 2 * * ?', timeZone: 'Mars/Base' },
    ],
    [{ scheduleType: 'basic' }, { scheduleType: 'basic' }],
    [
      { scheduleType: 'basic', basicTiming: 'now and then' },
      { scheduleType: 'basic', basicTiming: 'now and then' },
    ],
    [{ scheduleType: 'continuous' }, { scheduleType: 'basic' }],
    [
      { scheduleType: 'hourly', basicTiming: 'Every 1 HOURS' },
      { scheduleType: 'basic', basicTiming: 'Every 1 HOURS' },
    ],
    [
      { scheduleType: 'quartz', cronExpression: '0 0 2 * * ? UTC' },
      { scheduleType: 'cron', cronExpression: '0 0 2 * * ?', timeZone: 'UTC' },
    ],
  ])('that nobody understands is tolerated: %j', (upstream, schedule) => {
    const reading = readSchedule(upstream);
    expect(reading.schedule).toEqual({
      cronExpression: null,
      basicTiming: null,
      timeZone: null,
      ...schedule,
    });
    expect(reading.timing).toEqual({ kind: 'unknown' });
    expect(nextSync(reading.timing, { now: NOW, isActive: true, newestJobStartedAt: null })).toBeNull();
  });

  it('can be anything: reading never throws', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.option(fc.string(), { nil: undefined }),
        fc.option(fc.string(), { nil: undefined }),
        (type, expression, timing) => {
          const reading = readSchedule({
            scheduleType: type,
            cronExpression: expression,
            basicTiming: timing,
          });
          expect(['cron', 'basic', 'manual']).toContain(reading.schedule.scheduleType);
        },
      ),
    );
  });
});

describe('the next sync', () => {
  const { timing } = readSchedule(heldCron('0 * * * * ?'));

  it('is none when the connection is not active, the schedule is manual, or it has ended', () => {
    expect(nextSync(timing, { now: NOW, isActive: false, newestJobStartedAt: null })).toBeNull();
    const manual = readSchedule({ scheduleType: 'manual' });
    expect(manual.schedule).toEqual({
      scheduleType: 'manual',
      cronExpression: null,
      basicTiming: null,
      timeZone: null,
    });
    expect(nextSync(manual.timing, { now: NOW, isActive: true, newestJobStartedAt: null })).toBeNull();
    const ended = readSchedule(heldCron('0 0 2 1 1 ? 2020'));
    expect(nextSync(ended.timing, { now: NOW, isActive: true, newestJobStartedAt: null })).toBeNull();
  });

  it('is strictly later than now and than a minute after the newest job started', () => {
    const at = (started: string | null): Date | null =>
      nextSync(timing, {
        now: NOW,
        isActive: true,
        newestJobStartedAt: started === null ? null : new Date(started),
      });
    expect(at(null)).toEqual(new Date('2026-01-15T10:31:00Z'));
    expect(at('2026-01-15T10:29:00Z')).toEqual(new Date('2026-01-15T10:31:00Z'));
    expect(at('2026-01-15T10:30:00Z')).toEqual(new Date('2026-01-15T10:32:00Z'));
    expect(at('2026-01-15T10:30:10Z')).toEqual(new Date('2026-01-15T10:32:00Z'));
  });
});
