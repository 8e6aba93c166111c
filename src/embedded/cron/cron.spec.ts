import { publicApiError } from './api-check';
import { nextFiring } from './next';
import { parseQuartz, QuartzError } from './quartz';

// The results of cron-utils 9.2.1 and Quartz 2.3.2, the libraries in Airbyte, for these expressions.
const AFTER = new Date('2026-01-15T10:30:00Z');

const ACCEPTED: readonly (readonly [expression: string, next: readonly string[]])[] = [
  ['0 0 2 * * ?', ['2026-01-16T02:00:00', '2026-01-17T02:00:00', '2026-01-18T02:00:00']],
  ['0 0 2 ? * *', ['2026-01-16T02:00:00', '2026-01-17T02:00:00', '2026-01-18T02:00:00']],
  ['0 0 2 * * ? UTC', ['2026-01-16T02:00:00', '2026-01-17T02:00:00', '2026-01-18T02:00:00']],
  ['0 0 2 ? * 1-5', ['2026-01-18T02:00:00', '2026-01-19T02:00:00', '2026-01-20T02:00:00']],
  ['0 0 2 31 2 ?', []],
  ['0 0 2 ? * MON,TUE *', ['2026-01-19T02:00:00', '2026-01-20T02:00:00', '2026-01-26T02:00:00']],
  ['0 0 2 1 JAN ?', ['2027-01-01T02:00:00', '2028-01-01T02:00:00', '2029-01-01T02:00:00']],
  ['0 0 0/6 * * ?', ['2026-01-15T12:00:00', '2026-01-15T18:00:00', '2026-01-16T00:00:00']],
  ['0 0 2 ? * L', ['2026-01-17T02:00:00', '2026-01-24T02:00:00', '2026-01-31T02:00:00']],
  ['0 0 2 29 2 ?', ['2028-02-29T02:00:00', '2032-02-29T02:00:00', '2036-02-29T02:00:00']],
  ['0 0 0 ? * SUN', ['2026-01-18T00:00:00', '2026-01-25T00:00:00', '2026-02-01T00:00:00']],
  ['0 0 22-2 * * ?', ['2026-01-15T22:00:00', '2026-01-15T23:00:00', '2026-01-16T00:00:00']],
  ['0 0 2 1 1 ? 2099', ['2099-01-01T02:00:00']],
  [' 0 0 2 * * ?', ['2026-01-16T02:00:00', '2026-01-17T02:00:00', '2026-01-18T02:00:00']],
  ['0 11 11 11 11 ?', ['2026-11-11T11:11:00', '2027-11-11T11:11:00', '2028-11-11T11:11:00']],
  ['0 0 2 * * ? *', ['2026-01-16T02:00:00', '2026-01-17T02:00:00', '2026-01-18T02:00:00']],
  ['0 0 2 ? * 1', ['2026-01-18T02:00:00', '2026-01-25T02:00:00', '2026-02-01T02:00:00']],
  ['0 0,30 * * * ?', ['2026-01-15T11:00:00', '2026-01-15T11:30:00', '2026-01-15T12:00:00']],
  ['0 0,30 9 * * ?', ['2026-01-16T09:00:00', '2026-01-16T09:30:00', '2026-01-17T09:00:00']],
  ['0 0 0 * * ?', ['2026-01-16T00:00:00', '2026-01-17T00:00:00', '2026-01-18T00:00:00']],
  ['0 0 12 1/5 * ?', ['2026-01-16T12:00:00', '2026-01-21T12:00:00', '2026-01-26T12:00:00']],
  ['0 0 2 * * ? * UTC', ['2026-01-16T02:00:00', '2026-01-17T02:00:00', '2026-01-18T02:00:00']],
  ['0 0 2 15W * ?', ['2026-02-16T02:00:00', '2026-03-16T02:00:00', '2026-04-15T02:00:00']],
  ['0 0 2 ? * SUN', ['2026-01-18T02:00:00', '2026-01-25T02:00:00', '2026-02-01T02:00:00']],
  ['0 0 2 * * ? 2026-2030', ['2026-01-16T02:00:00', '2026-01-17T02:00:00', '2026-01-18T02:00:00']],
  ['0 0 2 L-3 * ?', ['2026-01-28T02:00:00', '2026-02-25T02:00:00', '2026-03-28T02:00:00']],
  ['0 0 2 ? * MON-FRI', ['2026-01-16T02:00:00', '2026-01-19T02:00:00', '2026-01-20T02:00:00']],
  ['0 4 * * * ?', ['2026-01-15T11:04:00', '2026-01-15T12:04:00', '2026-01-15T13:04:00']],
  ['0 0 2 LW * ?', ['2026-01-30T02:00:00', '2026-02-27T02:00:00', '2026-03-31T02:00:00']],
  ['0 0/15 * * * ?', ['2026-01-15T10:45:00', '2026-01-15T11:00:00', '2026-01-15T11:15:00']],
  ['0 0 2 * * ? ', ['2026-01-16T02:00:00', '2026-01-17T02:00:00', '2026-01-18T02:00:00']],
  ['00 00 02 * * ?', ['2026-01-16T02:00:00', '2026-01-17T02:00:00', '2026-01-18T02:00:00']],
  ['0 0 2 ? * 7', ['2026-01-17T02:00:00', '2026-01-24T02:00:00', '2026-01-31T02:00:00']],
  ['0 0 2 ? * 2,4,6', ['2026-01-16T02:00:00', '2026-01-19T02:00:00', '2026-01-21T02:00:00']],
  ['0 0 2 1 1 ? 2000', []],
  ['30 0 2 * * ?', ['2026-01-16T02:00:30', '2026-01-17T02:00:30', '2026-01-18T02:00:30']],
  ['0 0 2 30 2 ?', []],
  ['0 0 2 1-7 * ?', ['2026-02-01T02:00:00', '2026-02-02T02:00:00', '2026-02-03T02:00:00']],
  ['0 0 0,2,4,6 * * ?', ['2026-01-16T00:00:00', '2026-01-16T02:00:00', '2026-01-16T04:00:00']],
  ['0 0 2 1W * ?', ['2026-02-02T02:00:00', '2026-03-02T02:00:00', '2026-04-01T02:00:00']],
  ['0 0 2 ? * MON#1', ['2026-02-02T02:00:00', '2026-03-02T02:00:00', '2026-04-06T02:00:00']],
];

/** The part of the message between the expression and the pointer to Quartz's documentation. */
const REFUSED: readonly (readonly [expression: string, reason: string])[] = [
  ['0 2 * * *', 'Cron expression contains 5 parts but we expect one of [6, 7]'],
  [
    '0 0 2 * * *',
    'Failed to parse cron expression. Invalid cron expression: 0 0 2 * * *. Both, a day-of-week AND a day-of-month parameter, are not supported.',
  ],
  ['0 15 10 * * ? * * * *', 'Cron expression contains 10 parts but we expect one of [6, 7]'],
  ['*/15 * * * *', 'Cron expression contains 5 parts but we expect one of [6, 7]'],
  ['60 0 2 * * ?', 'Failed to parse cron expression. Value 60 not in range [0, 59]'],
  [
    '0 0 2 ? * MON-FRI US/Pacific',
    'Failed to parse cron expression. Invalid chars in expression! Expression: US Invalid chars: US',
  ],
  ['? 0 2 * * ?', 'Failed to parse cron expression. Invalid expression: ?'],
  ['0 0 2 ? 13 *', 'Failed to parse cron expression. Value 13 not in range [1, 12]'],
  ['0 0 2 ? * 8', 'Failed to parse cron expression. Value 8 not in range [1, 7]'],
  ['0 0 2 ? * 0', 'Failed to parse cron expression. Value 0 not in range [1, 7]'],
  ['0 27 * * * ? * US/Pacific', 'Cron expression contains 8 parts but we expect one of [6, 7]'],
  ['0 60 2 * * ?', 'Failed to parse cron expression. Value 60 not in range [0, 59]'],
  [
    '0 0 2 15 * MON-FRI',
    'Failed to parse cron expression. Invalid cron expression: 0 0 2 15 * 2-6. Both, a day-of-week AND a day-of-month parameter, are not supported.',
  ],
  [
    'not a valid cron expression string',
    'Failed to parse cron expression. Invalid chars in expression! Expression: NOT Invalid chars: NOT',
  ],
  [
    '0 0 2 * * ? America/New_York',
    'Failed to parse cron expression. Invalid chars in expression! Expression: AMERICA Invalid chars: AMERICA',
  ],
  ['0 0 2 ? ? *', 'Failed to parse cron expression. Invalid expression: ?'],
  ['0 0 * * *', 'Cron expression contains 5 parts but we expect one of [6, 7]'],
  ['0 0 25 * * ?', 'Failed to parse cron expression. Value 25 not in range [0, 23]'],
];

const NOT_WHOLE_SECONDS: readonly string[] = ['*/5 * * * * ?', '0-5 0 2 * * ?', '0,30 0 2 * * ?'];

/** Edge cases: firing times of Quartz in UTC. */
const BY_QUARTZ: readonly (readonly [expression: string, from: string, next: readonly string[]])[] = [
  [
    '28 35,57,15 * * * ?',
    '2026-07-04T01:56:04Z',
    ['2026-07-04T01:57:28', '2026-07-04T02:15:28', '2026-07-04T02:35:28', '2026-07-04T02:57:28'],
  ],
  [
    '0 * 6,0 ? * THUL',
    '2025-10-11T08:34:26Z',
    ['2025-10-30T00:00:00', '2025-10-30T00:01:00', '2025-10-30T00:02:00', '2025-10-30T00:03:00'],
  ],
  [
    '11 */2 0,8 L * ?',
    '2025-09-04T03:20:15Z',
    ['2025-09-30T00:00:11', '2025-09-30T00:02:11', '2025-09-30T00:04:11', '2025-09-30T00:06:11'],
  ],
  [
    '0 * 23 ? * *',
    '2026-03-28T20:00:00Z',
    ['2026-03-28T23:00:00', '2026-03-28T23:01:00', '2026-03-28T23:02:00', '2026-03-28T23:03:00'],
  ],
  [
    '0 * 10-23/1 * 12-8 ?',
    '2026-03-12T08:58:49Z',
    ['2026-03-12T10:00:00', '2026-03-12T10:01:00', '2026-03-12T10:02:00', '2026-03-12T10:03:00'],
  ],
  [
    '40 * 6-8 LW * ?',
    '2025-04-05T07:31:34Z',
    ['2025-04-30T06:00:40', '2025-04-30T06:01:40', '2025-04-30T06:02:40', '2025-04-30T06:03:40'],
  ],
  [
    '0 37 6,14 ? 2 1L',
    '2027-02-24T06:39:45Z',
    ['2027-02-28T06:37:00', '2027-02-28T14:37:00', '2028-02-27T06:37:00', '2028-02-27T14:37:00'],
  ],
  [
    '26 58,29,15,28 23-3 ? * THU#1',
    '2025-01-23T03:28:35Z',
    ['2025-02-06T00:15:26', '2025-02-06T00:28:26', '2025-02-06T00:29:26', '2025-02-06T00:58:26'],
  ],
  [
    '0 15-41/2 5/3 LW * ?',
    '2026-04-04T10:00:00Z',
    ['2026-04-30T05:15:00', '2026-04-30T05:17:00', '2026-04-30T05:19:00', '2026-04-30T05:21:00'],
  ],
  [
    '0 58 0,9,12,23 21,18 SEP ?',
    '2026-10-31T20:00:00Z',
    ['2027-09-18T00:58:00', '2027-09-18T09:58:00', '2027-09-18T12:58:00', '2027-09-18T23:58:00'],
  ],
  [
    '0 */17 2-16 ? 9 7#4',
    '2026-11-19T04:18:32Z',
    ['2027-09-25T02:00:00', '2027-09-25T02:17:00', '2027-09-25T02:34:00', '2027-09-25T02:51:00'],
  ],
  [
    '45 54 5,11,20,18 ? * 4L 2027',
    '2027-11-20T14:43:45Z',
    ['2027-11-24T05:54:45', '2027-11-24T11:54:45', '2027-11-24T18:54:45', '2027-11-24T20:54:45'],
  ],
  [
    '0 * * LW * ?',
    '2025-06-06T11:25:54Z',
    ['2025-06-30T00:00:00', '2025-06-30T00:01:00', '2025-06-30T00:02:00', '2025-06-30T00:03:00'],
  ],
  [
    '0 51,39,32 23,7,11 27 * ?',
    '2026-04-11T04:45:23Z',
    ['2026-04-27T07:32:00', '2026-04-27T07:39:00', '2026-04-27T07:51:00', '2026-04-27T11:32:00'],
  ],
  [
    '54 * 6 30 * ?',
    '2025-02-08T03:34:28Z',
    ['2025-03-30T06:00:54', '2025-03-30T06:01:54', '2025-03-30T06:02:54', '2025-03-30T06:03:54'],
  ],
  [
    '0 58-55 19,6,18,5 ? * *',
    '2025-12-21T12:01:45Z',
    ['2025-12-21T18:00:00', '2025-12-21T18:01:00', '2025-12-21T18:02:00', '2025-12-21T18:03:00'],
  ],
  [
    '0 34-28 22,8,15 ? * L',
    '2026-04-04T10:00:00Z',
    ['2026-04-04T15:00:00', '2026-04-04T15:01:00', '2026-04-04T15:02:00', '2026-04-04T15:03:00'],
  ],
  [
    '0 58 9-1 L-9 5-2 ?',
    '2026-10-31T20:00:00Z',
    ['2026-11-21T00:58:00', '2026-11-21T01:58:00', '2026-11-21T09:58:00', '2026-11-21T10:58:00'],
  ],
  [
    '0 27-52/4 1 ? * L',
    '2025-01-28T03:21:56Z',
    ['2025-02-01T01:27:00', '2025-02-01T01:31:00', '2025-02-01T01:35:00', '2025-02-01T01:39:00'],
  ],
  [
    '52 21 * L-5 * ?',
    '2025-04-13T17:16:12Z',
    ['2025-04-25T00:21:52', '2025-04-25T01:21:52', '2025-04-25T02:21:52', '2025-04-25T03:21:52'],
  ],
  [
    '0 9/15 3 ? * 2#3',
    '2025-03-15T06:45:05Z',
    ['2025-03-17T03:09:00', '2025-03-17T03:24:00', '2025-03-17T03:39:00', '2025-03-17T03:54:00'],
  ],
  [
    '0 0 2 ? * 6#5',
    '2026-01-15T00:00:00Z',
    ['2026-01-30T02:00:00', '2026-05-29T02:00:00', '2026-07-31T02:00:00', '2026-10-30T02:00:00'],
  ],
  [
    '0 0 2 * * ?',
    '2026-01-15T01:59:59Z',
    ['2026-01-15T02:00:00', '2026-01-16T02:00:00', '2026-01-17T02:00:00', '2026-01-18T02:00:00'],
  ],
  [
    '0 0 2 15W * ?',
    '2026-08-01T00:00:00Z',
    ['2026-08-14T02:00:00', '2026-09-15T02:00:00', '2026-10-15T02:00:00', '2026-11-16T02:00:00'],
  ],
];

function firings(expression: string, from: Date, count: number): string[] {
  const schedule = parseQuartz(expression);
  const found: string[] = [];
  for (
    let at = nextFiring(schedule, from);
    at !== null && found.length < count;
    at = nextFiring(schedule, at)
  ) {
    found.push(at.toISOString().slice(0, 19));
  }
  return found;
}

function withoutUtc(expression: string): string {
  return expression.endsWith('UTC') ? expression.slice(0, -3).trim() : expression;
}

describe("the API's first check of cron expressions", () => {
  it.each(ACCEPTED)('accepts %j', (expression) => {
    expect(publicApiError(withoutUtc(expression))).toBeNull();
  });

  it.each(REFUSED)('refuses %j with the message of Airbyte', (expression, reason) => {
    expect(publicApiError(expression)).toBe(
      `The cron expression ${expression} is not valid. Error: ${reason}. Please check the cron expression format at ` +
        'https://www.quartz-scheduler.org/documentation/quartz-2.3.0/tutorials/crontrigger.html',
    );
  });

  it.each([...NOT_WHOLE_SECONDS, '0 */15 * * * ? *'])(
    'wants whole numbers where it reads them as such: %j',
    (expression) => {
      expect(publicApiError(expression)).toBe(
        `The cron expression ${expression} is not valid or is less than the one hour minimum. ` +
          'The seconds and minutes values cannot be `*`.',
      );
    },
  );

  it.each(['0000 0 2 * * ?', '00000 0 2 * * ?', '0 0 2 ? * 01', '0 0 2 ? * 6-01'])(
    'takes the neutral spelling %j',
    (expression) => {
      expect(publicApiError(expression)).toBeNull();
    },
  );

  it('refuses nicknames', () => {
    expect(publicApiError('@daily')).toContain('Nicknames not supported!');
  });
});

describe('the scheduler of cron expressions', () => {
  it.each(ACCEPTED)('fires %j at the times of Quartz', (expression, next) => {
    expect(firings(withoutUtc(expression), AFTER, 3)).toEqual(next);
  });

  it.each(BY_QUARTZ)('fires %j after %s at the times of Quartz', (expression, from, next) => {
    expect(firings(expression, new Date(from), next.length)).toEqual(next);
  });

  it('reads equivalent spellings as the plain expression', () => {
    expect(firings('0000 0 2 ? * 6-01', AFTER, 3)).toEqual(firings('0 0 2 ? * FRI-SUN', AFTER, 3));
    expect(firings('00000 0 2 ? * 01', AFTER, 3)).toEqual(firings('0 0 2 ? * SUN', AFTER, 3));
  });

  it('refuses stepped weekday ranges beyond Saturday, which the first check accepts', () => {
    expect(publicApiError('0 0 2 ? * 2-1/2')).toBeNull();
    expect(() => parseQuartz('0 0 2 ? * 2-1/2')).toThrow(QuartzError);
  });
});
