import { basic, cron, factsOf, MANUAL } from '../../../test/fixtures/sync-histories';
import { nextSyncsOf } from './next-syncs';

describe('nextSyncReason', () => {
  it.each([
    ['scheduled', {}, 3],
    ['scheduled', { schedule: basic('Every 6 HOURS'), runs: [['2026-01-15T08:00Z']] }, 3],
    ['manual', { schedule: MANUAL }, 0],
    ['inactive', { status: 'inactive' }, 0],
    ['inactive', { status: 'inactive', schedule: MANUAL }, 0],
    ['locked', { status: 'locked' }, 0],
    ['never_fires', { schedule: cron('0 0 2 31 2 ?') }, 0],
    ['scheduled', { schedule: cron('0 0 2 1 1 ? 2027') }, 1],
    ['unknown', { status: 'hibernating' }, 0],
    ['unknown', { schedule: { scheduleType: 'lunar' } }, 0],
    ['unknown', { schedule: cron('0 0 2 * * ?', 'Mars/Olympus') }, 0],
  ] as const)('is %s for %o', (reason, history, count) => {
    const upcoming = nextSyncsOf(factsOf(history));
    expect([upcoming.reason, upcoming.nextSyncs.length]).toEqual([reason, count]);
  });
});
