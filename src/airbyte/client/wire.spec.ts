import fc from 'fast-check';
import { AirbyteError } from './airbyte.errors';
import { readAnswer } from './answer';
import type { Operation } from './operation';
import { rows, ShapeError } from './parse';
import {
  parseAccessToken,
  parseConnection,
  parseDestination,
  parseJob,
  parseSource,
  parseWorkspace,
} from './wire.parse';

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

/** What was thrown, if anything. */
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
    parseWorkspace,
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
    [errorOf(() => parse(body)), errorOf(() => rows(body, parse))].every(
      (error) => error === undefined || error instanceof ShapeError,
    ),
  );
  fc.assert(property, { numRuns: 1_000 });
});

it('whatever the answer, reading it gives a body or an AirbyteError that shows no query', () => {
  const answers = fc.record({
    status: fc.integer({ min: 100, max: 599 }),
    headers: fc.dictionary(fc.constantFrom('date', 'retry-after', 'content-encoding'), fc.string()),
    contentType: fc.constantFrom('application/json', 'text/html', 'text/plain', ''),
    text: fc.oneof(fc.string(), fc.json()),
  });
  const property = fc.property(answers, ({ status, headers, contentType, text }) => {
    const answer = { status, headers: { ...headers, 'content-type': contentType }, text };
    const error = errorOf(() => readAnswer(OPERATION, answer, 0));
    return error === undefined || (error instanceof AirbyteError && !String(error).includes('secret'));
  });
  fc.assert(property, { numRuns: 1_000 });
});

it.each([
  'connectionId',
  'name',
  'sourceId',
  'destinationId',
  'workspaceId',
  'status',
  'schedule',
  'createdAt',
])('a connection without %s is refused by that name', (name) => {
  expect(() => parseConnection({ ...CONNECTION, [name]: undefined })).toThrow(
    new RegExp(`^${name} should be`),
  );
});

it.each(['jobId', 'connectionId', 'status', 'jobType', 'startTime'])(
  'a job without %s is refused by that name',
  (name) => {
    expect(() => parseJob({ ...JOB, [name]: undefined })).toThrow(new RegExp(`^${name} should be`));
  },
);

it('what Airbyte adds is let pass', () => {
  const connection = parseConnection({
    ...CONNECTION,
    status: 'hibernating',
    schedule: { scheduleType: 'lunar' },
    more: 1,
  });
  expect([connection.status, connection.schedule.scheduleType]).toEqual(['hibernating', 'lunar']);
});

it('job ids inside texts are left alone', () => {
  const text = JSON.stringify({ note: '"jobId": 9007199254740993,', jobId: 7 });
  const answer = { status: 200, headers: { 'content-type': 'application/vnd.airbyte+json' }, text };
  expect(readAnswer(OPERATION, answer, 0)).toEqual({ note: '"jobId": 9007199254740993,', jobId: 7 });
});
