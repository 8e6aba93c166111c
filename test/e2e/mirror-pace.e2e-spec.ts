import { type Clock, systemClock } from '../../src/lib/clock';
import { startGateway } from '../support/gateway';
import { errorId, ScriptedUpstream } from '../support/scripted-upstream';

const SHORT_MS = 50;
/** A loop without a pause would wait thousands of times in this test. */
const MAX_SHORT_WAITS = 50;

/** A clock that records the pauses of the gateway. */
function recordingClock(waits: number[]): Clock {
  return {
    ...systemClock,
    wait: (ms, signal) => {
      waits.push(ms);
      return systemClock.wait(ms, signal);
    },
  };
}

describe('the loops of the mirror pause', () => {
  let upstream: ScriptedUpstream;

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
  });
  afterEach(() => upstream.close());

  it.each<[string, () => void]>([
    ['while the feed is followed', () => undefined],
    ['while Airbyte ignores the filter of the feed', () => (upstream.state.ignoresUpdateTimes = true)],
    [
      'while the feed fails',
      () => upstream.on('GET /jobs', ({ query }) => (query.has('connectionId') ? undefined : errorId(500))),
    ],
  ])('%s', async (_, prepare) => {
    prepare();
    const waits: number[] = [];
    const gateway = await startGateway(
      { AIRBYTE_API_URL: upstream.url, FEED_INTERVAL_MS: '300', CONNECTION_MAX_AGE_MS: '1000' },
      recordingClock(waits),
    );
    const { connectionId } = upstream.state.addConnection();
    for (let n = 0; n < 3; n++) upstream.state.addJob({ connectionId });
    await gateway.api.get(`/ingestion/${connectionId}/status`).expect(200);
    await upstream.seen('GET /connections', 4);
    await gateway.close();
    expect(waits.filter((ms) => ms < SHORT_MS).length).toBeLessThan(MAX_SHORT_WAITS);
  });
});
