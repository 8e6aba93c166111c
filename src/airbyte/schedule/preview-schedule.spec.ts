import fc from 'fast-check';
import { quartzExpressions, unixExpressions } from '../../../test/fixtures/cron-expressions';
import quartz from '../../../test/fixtures/quartz-firings.json';
import { type PreviewContext, previewSchedule, type SchedulePreview, type ScheduleRequest } from './index';

const CONTEXT: PreviewContext = {
  from: new Date('2026-01-15T10:30:00Z'),
  count: 2,
  minIntervalMinutes: 1,
  anyInterval: false,
};

function preview(request: ScheduleRequest, context: Partial<PreviewContext> = {}): SchedulePreview {
  const result = previewSchedule(request, { ...CONTEXT, ...context });
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.faults)}`);
  return result.preview;
}

function cron(cronExpression: string, timeZone: string | null = null): ScheduleRequest {
  return { scheduleType: 'cron', cronExpression, timeZone };
}

function faults(request: ScheduleRequest, context: Partial<PreviewContext> = {}): [string, string][] {
  const result = previewSchedule(request, { ...CONTEXT, ...context });
  return result.ok ? [] : result.faults.map((fault) => [fault.field, fault.reason]);
}

describe('the preview of a cron schedule', () => {
  it('says it in words, in Unix, in Quartz and in firings', () => {
    expect(preview(cron('0 2 * * 1-5'))).toEqual({
      description: 'At 02:00, Monday through Friday',
      unixExpression: '0 2 * * 1-5',
      quartzExpression: '0 0 2 ? * 2-6',
      timeZone: 'UTC',
      nextSyncs: [new Date('2026-01-16T02:00:00Z'), new Date('2026-01-19T02:00:00Z')],
    });
  });

  it.each([
    ['0 0 2 * * ?', '0 2 * * *', '0 0 2 * * ?'],
    ['00 00 02 * * ? *', '0 2 * * *', '0 0 2 * * ?'],
    ['0 5/15 0/6 * * ?', '5-59/15 */6 * * *', '0 5/15 0/6 * * ?'],
    ['0 0 22-2 ? * FRI-MON', '0 0-2,22-23 * * 0-1,5-6', '0 0 22-2 ? * FRI-MON'],
    ['0 0 2 ? * MON-FRI', '0 2 * * MON-FRI', '0 0 2 ? * MON-FRI'],
    ['0 0 2 ? * L', '0 2 * * 6', '0 0 2 ? * L'],
    ['0 0 2 ? * 2-6/2', '0 2 * * 1,3,5', '0 0 2 ? * 2,4,6'],
    ['0 2 * * 1-5/2', '0 2 * * 1-5/2', '0 0 2 ? * 2,4,6'],
    ['0 2 * * 7', '0 2 * * 7', '0 0 2 ? * 1'],
    ['30 0 2 * * ?', null, '30 0 2 * * ?'],
    ['0 0 2 LW * ?', null, '0 0 2 LW * ?'],
    ['0 15 10 ? * 6L 2026-2030', null, '0 15 10 ? * 6L 2026-2030'],
  ])('gives %s in Unix as %s and in Quartz as %s', (expression, unixExpression, quartzExpression) => {
    expect(preview(cron(expression))).toMatchObject({ unixExpression, quartzExpression });
  });

  it.each([
    ['0 15 10 ? * 6L 2026-2030', 'At 10:15, on the last Friday of the month, 2026 through 2030'],
    ['0 0 12 ? * 2#1', 'At 12:00, on the first Monday of the month'],
    ['0 2 * * 0', 'At 02:00, only on Sunday'],
  ])('counts weekdays as the expression’s dialect does: %s', (expression, description) => {
    expect(preview(cron(expression)).description).toBe(description);
  });

  it('honours the clock changes of any zone', () => {
    const context = { from: new Date('2026-03-27T12:00:00Z'), count: 3 };
    expect(preview(cron('0 2 * * *', 'Europe/Berlin'), context)).toMatchObject({
      timeZone: 'Europe/Berlin',
      nextSyncs: ['2026-03-28T01:00:00Z', '2026-03-30T00:00:00Z', '2026-03-31T00:00:00Z'].map(
        (at) => new Date(at),
      ),
    });
  });

  it('begins strictly after the instant asked for, which also judges what never fires', () => {
    const from = new Date('2026-01-16T02:00:00Z');
    expect(preview(cron('0 2 * * *'), { from, count: 1 }).nextSyncs).toEqual([
      new Date('2026-01-17T02:00:00Z'),
    ]);
    const once = cron('0 0 2 1 1 ? 2020');
    expect(faults(once)).toEqual([
      ['cronExpression', 'the expression never fires after 2026-01-15T10:30:00.000Z'],
    ]);
    expect(preview(once, { from: new Date('2019-06-01T00:00:00Z') }).nextSyncs).toEqual([
      new Date('2020-01-01T02:00:00Z'),
    ]);
  });

  it('refuses what creation refuses, but for the zone', () => {
    expect(faults(cron('@daily', 'Nowhere/City'))).toEqual([
      ['timeZone', '"Nowhere/City" is not an IANA time zone'],
      ['cronExpression', 'nicknames such as "@daily" are not supported'],
    ]);
    expect(faults(cron('*/15 * * * *'), { minIntervalMinutes: 60 })).toEqual([
      ['cronExpression', 'two firings are 15 minutes apart, closer than the 60 minutes allowed'],
    ]);
    expect(faults({ scheduleType: 'basic', timeZone: 'Europe/Berlin' })).toEqual([
      ['timeZone', 'a basic schedule has no time zone'],
    ]);
  });

  it('describes every expression that is accepted, and its Unix and Quartz forms fire alike', () => {
    const recorded = fc.constantFrom(...quartz.rows.map((row) => row.expression));
    fc.assert(
      fc.property(fc.oneof(quartzExpressions, unixExpressions, recorded), (expression) => {
        fc.pre(faults(cron(expression)).length === 0);
        const { description, quartzExpression, unixExpression, nextSyncs } = preview(cron(expression));
        expect(description).toMatch(/^[A-Z0-9].{6,}/);
        expect(description).not.toMatch(/undefined|null|NaN/);
        const forms = [quartzExpression, unixExpression].filter((form) => form !== null);
        for (const form of forms) expect(preview(cron(form)).nextSyncs).toEqual(nextSyncs);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the preview of other schedules', () => {
  it('anchors a basic interval at the instant asked for', () => {
    const context = { from: new Date('2026-01-15T10:37:20Z') };
    expect(preview({ scheduleType: 'basic', basicTiming: 'every 6 hours' }, context)).toEqual({
      description: 'Every 6 hours, the first time one interval after it is created',
      unixExpression: '37 4-23/6 * * *',
      quartzExpression: '0 37 4/6 * * ?',
      timeZone: null,
      nextSyncs: [new Date('2026-01-15T16:37:00Z'), new Date('2026-01-15T22:37:00Z')],
    });
    expect(preview({ scheduleType: 'basic', basicTiming: 'Every 1 WEEKS' }, context)).toMatchObject({
      description: 'Every week, the first time one interval after it is created',
      quartzExpression: '0 37 10 ? * 5',
    });
  });

  it('has nothing to fire for manual', () => {
    expect(preview({ scheduleType: 'manual' })).toEqual({
      description: 'Only when started by hand or through the API',
      unixExpression: null,
      quartzExpression: null,
      timeZone: null,
      nextSyncs: [],
    });
  });
});
