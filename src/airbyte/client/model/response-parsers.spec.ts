import fc from 'fast-check';
import { AirbyteError } from './airbyte-errors';
import { readAnswer } from '../transport/read-answer';
import type { Operation } from './operation';
import { atOnce } from '../../../../test/support/at-once';
import { rows, ShapeError } from './parse';
import {
  parseAccessToken,
  parseConnection,
  parseDestination,
  parseJob,
  parseSource,
} from './response-parsers';

const OPERATION: Operation = {
  name: 'test',
  method: 'GET',
  path: '/test?secret=1',
  safety: 'read',
  lane: 'read',
  expects: 'json',
};

const CONNECTION = {
  connectionId: 'c',
  name: 'n',
  sourceId: 's',
  destinationId: 'd',
  workspaceId: 'w',
  status: 'active',
  schedule: { scheduleType: 'manual' },
  configurations: { streams: [] },
  createdAt: 1,
  tags: [],
};

const JOB = {
  jobId: 1,
  connectionId: 'c',
  status: 'queued',
  jobType: 'sync',
  startTime: '2026-01-15T02:00Z',
};

/** Returns the thrown error, if any. */
function errorOf(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

it('whatever the body, parsing gives a value or a shape error', () => {
  const parsers: ((body: unknown) => unknown)[] = [
    parseConnection,
    parseJob,
    parseSource,
    parseDestination,
    parseAccessToken,
  ];
  const oneMemberWrong = (good: object): fc.Arbitrary<unknown> =>
    fc
      .tuple(fc.constantFrom(...Object.keys(good)), fc.jsonValue())
      .map(([name, value]) => ({ ...good, [name]: value }));
  const bodies = fc.oneof(
    fc.jsonValue(),
    fc.record({ data: fc.array(fc.jsonValue()) }),
    oneMemberWrong(CONNECTION),
    oneMemberWrong(JOB),
  );
  const property = fc.property(bodies, fc.constantFrom(...parsers), (body, parse) =>
    [errorOf(() => parse(body)), errorOf(() => atOnce(rows(body, parse, () => undefined)))].every(
      (error) => error === undefined || error instanceof ShapeError,
    ),
  );
  fc.assert(property, { numRuns: 1_000 });
});

it('whatever the answer, reading it gives a body or an AirbyteError that shows no query', async () => {
  const answers = fc.record({
    status: fc.integer({ min: 100, max: 599 }),
    headers: fc.dictionary(fc.constantFrom('date', 'retry-after', 'content-encoding'), fc.string()),
    contentType: fc.constantFrom('application/json', 'text/html', 'text/plain', ''),
    text: fc.oneof(fc.string(), fc.json()),
  });
  const property = fc.asyncProperty(answers, async ({ status, headers, contentType, text }) => {
    const answer = { status, headers: { ...headers, 'content-type': contentType }, text };
    const error: unknown = await readAnswer(OPERATION, answer, 0).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return error === undefined || (error instanceof AirbyteError && !String(error).includes('secret'));
  });
  await fc.assert(property, { numRuns: 1_000 });
});

it.each([
  ['name', ''],
  ['sourceId', ''],
  ['destinationId', ''],
  ['workspaceId', ''],
  ['status', 'unknown'],
  ['schedule', { scheduleType: 'unknown' }],
  ['createdAt', null],
] as const)('a connection without a usable %s is read all the same', (name, instead) => {
  for (const odd of [undefined, null, [], {}])
    expect(parseConnection({ ...CONNECTION, [name]: odd })).toMatchObject({ [name]: instead });
});

it.each([
  ['status', { status: 'unknown' }],
  ['jobType', { jobType: 'unknown' }],
  ['lastUpdatedAt', { lastUpdatedAtMs: null }],
] as const)('a job without a usable %s is read all the same', (name, instead) => {
  for (const odd of [undefined, null, [], {}])
    expect(parseJob({ ...JOB, [name]: odd })).toMatchObject(instead);
});

it.each([
  [parseConnection, CONNECTION, 'connectionId'],
  [parseJob, JOB, 'jobId'],
  [parseJob, JOB, 'connectionId'],
  [parseJob, JOB, 'startTime'],
] as const)('a record is refused by the name of what it needs (%#)', (parse, record, name) => {
  expect(() => parse({ ...record, [name]: undefined })).toThrow(new RegExp(`^${name} should be`));
});

describe('a page with rows that cannot be read', () => {
  const page = (...data: unknown[]): [unknown[], number, string[]] => {
    const unreadable: string[] = [];
    const read = atOnce(rows({ data }, parseJob, (error) => unreadable.push(error.message)));
    return [read.map(({ jobId }) => jobId), read.received, unreadable];
  };

  it('has the others, counts all and reports these', () => {
    expect(page({ ...JOB, jobId: 'x' }, JOB, null)).toEqual([
      ['1'],
      3,
      ['jobId should be a whole number', 'job should be an object'],
    ]);
    expect(page({ ...JOB, startTime: 'soon' })).toEqual([[], 1, ['startTime should be a date and time']]);
  });

  it('is not a page of Airbyte when none of them is a record of Airbyte', () => {
    expect(() => page({ id: 7 }, { id: 8 })).toThrow(ShapeError);
  });
});

it('permits members that Airbyte adds', () => {
  const connection = parseConnection({
    ...CONNECTION,
    status: 'hibernating',
    schedule: { scheduleType: 'lunar' },
    more: 1,
  });
  expect([connection.status, connection.schedule.scheduleType]).toEqual(['hibernating', 'lunar']);
});

it('job ids inside texts are left alone', async () => {
  const text = JSON.stringify({ note: '"jobId": 9007199254740993,', jobId: 7 });
  const answer = { status: 200, headers: { 'content-type': 'application/vnd.airbyte+json' }, text };
  expect(await readAnswer(OPERATION, answer, 0)).toEqual({ note: '"jobId": 9007199254740993,', jobId: 7 });
});
