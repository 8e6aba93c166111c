import fc, { type Arbitrary } from 'fast-check';
import { KNOWN_ID, nastyText, nastyValue } from './fuzz-texts';
import { DESTINATION_ID, SOURCE_ID } from './upstream-state';

const schedule = fc.record(
  {
    scheduleType: fc.oneof(fc.constantFrom<unknown>('cron', 'basic', 'manual'), nastyValue),
    cronExpression: fc.oneof(cronLike(), nastyValue),
    basicTiming: fc.oneof(
      fc.constantFrom<unknown>('Every 6 HOURS', 'Every 0 MINUTES', 'Every 1e3 HOURS'),
      nastyValue,
    ),
    timeZone: fc.oneof(fc.constantFrom<unknown>('UTC', 'Europe/Paris', null), nastyValue),
  },
  { requiredKeys: [] },
);

/** Texts that resemble cron expressions, with any number of fields. */
function cronLike(): Arbitrary<string> {
  const field = fc.oneof(
    fc.constantFrom(
      '*',
      '?',
      '0',
      '1-5',
      '*/5',
      '2#3',
      'L',
      'LW',
      '15W',
      'MON-FRI',
      '5/0',
      '1,2,3',
      '-',
      '/',
      '#',
      '99',
      'FRI-MON/2',
    ),
    fc.nat(100).map(String),
  );
  return fc.array(field, { minLength: 1, maxLength: 9 }).map((fields) => fields.join(' '));
}

const streams = fc.array(
  fc.record(
    {
      name: nastyValue,
      namespace: nastyValue,
      syncMode: nastyValue,
      cursorField: nastyValue,
      primaryKey: nastyValue,
    },
    { requiredKeys: [] },
  ),
  { maxLength: 3 },
);

const name = fc.oneof({ weight: 3, arbitrary: fc.constant<unknown>('Orders') }, nastyValue);
const field = (right: unknown): Arbitrary<unknown> =>
  fc.oneof({ weight: 19, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: nastyValue });

/** Members of all request bodies. Most are valid, so that some requests succeed. */
const members = fc.record(
  {
    name,
    sourceId: field(SOURCE_ID),
    destinationId: field(DESTINATION_ID),
    schedule: fc.oneof(schedule, fc.constant(null), nastyValue),
    status: field('active'),
    streams: fc.oneof(streams, fc.constant(null), nastyValue),
    freshness: fc.oneof(fc.constantFrom('PT6H', 'default', 'P1M', null), nastyValue),
    onConflict: field('attach'),
    ids: fc.oneof(fc.array(fc.oneof(fc.constant(KNOWN_ID), nastyText), { maxLength: 4 }), nastyValue),
    count: field(3),
    from: field('2026-01-15T10:30:00Z'),
  },
  { requiredKeys: [] },
);

const creation = fc.record({
  name: field('Orders'),
  sourceId: field(SOURCE_ID),
  destinationId: field(DESTINATION_ID),
  schedule: fc.oneof(
    { weight: 1, arbitrary: schedule },
    { weight: 3, arbitrary: fc.constantFrom(null, { scheduleType: 'manual' }, { scheduleType: 'basic' }) },
  ),
});

const strayMember = fc.tuple(
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'extra'),
  fc.constantFrom<unknown>({ polluted: true }, { prototype: { polluted: true } }, 1),
);

/** Writes `__proto__` by hand, because JSON.stringify would omit it. */
const withStrayMember = fc.tuple(fc.oneof(creation, members), strayMember).map(([value, [key, stray]]) => {
  const text = JSON.stringify(value);
  const separator = text === '{}' ? '' : ',';
  return `${text.slice(0, -1)}${separator}${JSON.stringify(key)}:${JSON.stringify(stray)}}`;
});

/** The body of a request. */
export const body: Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: creation.map((value) => JSON.stringify(value)) },
  { weight: 6, arbitrary: members.map((value) => JSON.stringify(value)) },
  { weight: 2, arbitrary: withStrayMember },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: nastyText },
  { weight: 1, arbitrary: fc.nat(3000).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`) },
  {
    weight: 1,
    arbitrary: fc.tuple(members, fc.nat(200)).map(([value, end]) => JSON.stringify(value).slice(0, end)),
  },
);

/** The media type of the body. */
export const contentType = fc.oneof(
  { weight: 12, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'application/json; charset=utf-8',
      'application/json;charset=utf-16',
      'text/plain',
      'application/xml',
      'multipart/form-data',
      'application/x-www-form-urlencoded',
      'application/merge-patch+json',
      '',
      'x',
      'a/b;c',
    ),
  },
);
