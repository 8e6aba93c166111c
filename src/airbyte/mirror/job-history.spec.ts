import type { AirbyteJob } from '../client/model/airbyte-types';
import { NEWEST_JOBS } from '../core/job-status';
import {
  completeHistory,
  contradicts,
  isSufficient,
  type JobHistory,
  withChangedJob,
  withOlderJob,
  withoutGap,
} from './job-history';

function job(id: number, status = 'succeeded', more: Partial<AirbyteJob> = {}): AirbyteJob {
  return {
    jobId: String(id),
    connectionId: 'c',
    status,
    jobType: 'sync',
    startTimeMs: id * 60_000,
    lastUpdatedAtMs: status === 'running' ? null : id * 60_000 + 1000,
    duration: null,
    rowsSynced: 5,
    bytesSynced: 50,
    ...more,
  };
}

const idsOf = ({ newestJobs }: JobHistory): string[] => newestJobs.map(({ jobId }) => jobId);
const walked = (...jobs: AirbyteJob[]): JobHistory =>
  jobs.reduce<JobHistory>(
    (history, one) => withOlderJob(history, one),
    withOlderJob(undefined, jobs[0] ?? job(1)),
  );

describe('a history that was read directly', () => {
  it('suffices, also without jobs', () => {
    expect(isSufficient(completeHistory({ newestJobs: [], newestSuccess: null }))).toBe(true);
  });

  it('takes a new job to its top and keeps the newest 40', () => {
    const newestJobs = Array.from({ length: NEWEST_JOBS }, (_, n) => job(NEWEST_JOBS - n, 'failed'));
    const history = withChangedJob(
      completeHistory({ newestJobs, newestSuccess: job(0) }),
      job(41, 'running'),
    );
    expect(idsOf(history).slice(0, 2)).toEqual(['41', '40']);
    expect(history.newestJobs).toHaveLength(NEWEST_JOBS);
    expect(history.newestSuccess?.jobId).toBe('0');
  });

  it('ignores a change of a job that is older than the newest 40', () => {
    const newestJobs = Array.from({ length: NEWEST_JOBS }, (_, n) => job(NEWEST_JOBS - n));
    const history = completeHistory({ newestJobs, newestSuccess: newestJobs[0] ?? null });
    expect(idsOf(withChangedJob(history, job(0, 'failed')))).toEqual(idsOf(history));
  });

  it('replaces a job that has ended and remembers it as the newest success', () => {
    const history = completeHistory({ newestJobs: [job(2, 'running'), job(1)], newestSuccess: job(1) });
    const after = withChangedJob(history, job(2));
    expect(after.newestJobs.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    expect(after.newestSuccess?.jobId).toBe('2');
  });
});

describe('a history of the walk from the newest job to the oldest', () => {
  it('suffices as soon as it has a success with rows', () => {
    expect(isSufficient(walked(job(3, 'failed'), job(2, 'failed')))).toBe(false);
    expect(isSufficient(walked(job(3, 'failed'), job(2)))).toBe(true);
  });

  it('does not suffice with a success without rows, whose predecessors decide', () => {
    const history = walked(job(3, 'succeeded', { rowsSynced: 0 }));
    expect(isSufficient(history)).toBe(false);
    expect(isSufficient(withoutGap(history))).toBe(true);
  });

  it('does not suffice if a changed job may hide others that are not read yet', () => {
    const history = withChangedJob(undefined, job(3));
    expect(isSufficient(history)).toBe(false);
    expect(isSufficient(withoutGap(withOlderJob(history, job(2))))).toBe(true);
  });

  it('stays without a gap when a newer job begins', () => {
    const history = withChangedJob(walked(job(3)), job(4, 'running'));
    expect(isSufficient(history)).toBe(true);
    expect(idsOf(history)).toEqual(['4', '3']);
  });

  it('leaves a changed job that it has not reached to the walk', () => {
    const history = withChangedJob(walked(job(3, 'failed')), job(1));
    expect([idsOf(history), isSufficient(history)]).toEqual([['3'], false]);
  });
});

describe('a later report of a known job', () => {
  const history = completeHistory({ newestJobs: [job(2, 'running'), job(1)], newestSuccess: job(1) });

  it.each([
    ['runs again after it has ended', job(1, 'running')],
    ['was created at another time', job(2, 'running', { startTimeMs: 0 })],
  ])('contradicts the history if the job %s', (_, report) => {
    expect(contradicts(history, report)).toBe(true);
  });

  it.each([
    ['has ended since', job(2)],
    ['is new', job(3)],
  ])('does not contradict the history if the job %s', (_, report) => {
    expect(contradicts(history, report)).toBe(false);
  });
});
