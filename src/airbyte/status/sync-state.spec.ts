import { factsOf } from '../../../test/fixtures/sync-histories';
import { syncStateOf } from '../core/job-status';

describe('syncState', () => {
  it.each([
    ['succeeded', 'idle'],
    ['failed', 'idle'],
    ['cancelled', 'idle'],
    ['pending', 'queued'],
    ['queued', 'queued'],
    ['running', 'running'],
    ['incomplete', 'running'],
    ['hibernating', 'unknown'],
  ])('is, while the newest job is %s, %s', (status, state) => {
    expect(
      syncStateOf(factsOf({ runs: [['2026-01-15T02:00Z', { status }], ['2026-01-14T02:00Z']] }).newestJobs),
    ).toBe(state);
  });

  it('takes no status of tomorrow on an older job for one under way', () => {
    const { newestJobs } = factsOf({
      runs: [['2026-01-15T02:00Z'], ['2026-01-14T02:00Z', { status: 'hibernating' }]],
    });
    expect(syncStateOf(newestJobs)).toBe('idle');
  });
});
