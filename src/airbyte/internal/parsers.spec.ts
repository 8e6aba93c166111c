import fc from 'fast-check';
import { ShapeError } from '../client/model/parse';
import { attempt } from '../../../test/support/upstream-internal';
import { parseJobDetails, parseJobList, parseSyncProgress } from './job-parsers';
import { parseLog, parseTimeline } from './timeline-parsers';

const JOB = {
  job: {
    id: 7,
    startedAt: 1_768_442_412,
    streamAggregatedStats: [{ streamName: 'orders', recordsCommitted: 3 }],
  },
  attempts: [attempt(0)],
};
const EVENT = { id: 'e', eventType: 'SYNC_FAILED', createdAt: 1_768_442_412, summary: { jobId: 7 } };

it('whatever the body, parsing gives a value or a shape error', () => {
  const parsers: ((body: unknown) => unknown)[] = [
    parseJobList,
    parseJobDetails,
    parseSyncProgress,
    parseTimeline,
    (body) => parseLog(body, 10),
  ];
  const wrong = (good: object): fc.Arbitrary<unknown> =>
    fc
      .tuple(fc.constantFrom(...Object.keys(good)), fc.jsonValue())
      .map(([name, value]) => ({ ...good, [name]: value }));
  const bodies = fc.oneof(
    fc.jsonValue(),
    wrong({ jobs: [JOB] }),
    wrong(JOB),
    wrong(JOB.job).map((job) => ({ ...JOB, job })),
    wrong(attempt(0)).map((one) => ({ ...JOB, attempts: [one] })),
    wrong(EVENT).map((event) => ({ events: [event] })),
    fc.jsonValue().map((logs) => ({ logs })),
    fc.jsonValue().map((one) => ({ logs: { events: [one] } })),
  );
  const property = fc.property(bodies, fc.constantFrom(...parsers), (body, parse) => {
    try {
      parse(body);
      return true;
    } catch (error) {
      return error instanceof ShapeError;
    }
  });
  fc.assert(property, { numRuns: 2_000 });
});

it('an unreadable item does not hide the others', () => {
  expect(parseJobList({ jobs: [null, { job: {} }, JOB, 'x'] }).map(({ jobId }) => jobId)).toEqual(['7']);
  expect(parseTimeline({ events: [EVENT, { id: 'f' }, 3] })).toMatchObject({
    events: [{ id: 'e' }],
    received: 3,
  });
  expect(parseJobDetails({ ...JOB, attempts: [null, attempt(1), attempt(0)] }).attempts).toMatchObject([
    { number: 0 },
    { number: 1 },
  ]);
});

it('times are read in seconds, milliseconds and as text', () => {
  const instant = new Date('2026-01-15T02:00:12.000Z');
  for (const createdAt of [instant.getTime() / 1000, instant.getTime(), instant.toISOString()])
    expect(parseTimeline({ events: [{ ...EVENT, createdAt }] }).events[0]?.at).toEqual(instant);
});

it('internal messages and stack traces are not read', () => {
  expect(JSON.stringify(parseJobDetails(JOB))).not.toMatch(/PSQLException|Source\.java/);
});

it('the last lines of both kinds of log are kept', () => {
  const events = [1, 2, 3].map((n) => ({
    timestamp: n * 1e12,
    level: 'info',
    logSource: 'source',
    message: `line ${n}`,
  }));
  expect(parseLog({ logType: 'structured', logs: { version: '1', events } }, 2)).toEqual([
    { at: new Date(2e12), level: 'info', origin: 'source', message: 'line 2' },
    { at: new Date(3e12), level: 'info', origin: 'source', message: 'line 3' },
  ]);
  const formatted = parseLog({ logs: { logLines: ['a', 'b', 'c'] } }, 1);
  expect(formatted).toEqual([{ at: null, level: null, origin: null, message: 'c' }]);
});

it('a change is cut, and keeps what is not text as JSON', () => {
  const patches = {
    name: { from: 'a', to: 'b' },
    catalog: { from: null, to: { streams: 'x'.repeat(9_000) } },
  };
  const [event] = parseTimeline({ events: [{ ...EVENT, summary: { patches } }] }).events;
  expect(event?.changes[0]).toEqual({ field: 'name', from: 'a', to: 'b' });
  expect(event?.changes[1]?.to?.length).toBe(501);
});
