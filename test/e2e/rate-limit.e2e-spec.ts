import { API_KEYS, KEYS } from '../support/api-keys';
import { clockOf } from '../support/clock';
import { gatewayBench } from '../support/gateway-bench';

describe('the rate limit', () => {
  let aheadMs = 0;
  const bench = gatewayBench(
    { API_KEYS, RATE_LIMIT: '3' },
    clockOf(() => new Date(1_800_000_000_000 + aheadMs)),
  );
  beforeEach(() => {
    aheadMs += 60_000;
  });

  const preview = (key: string): ReturnType<typeof bench.api.post> =>
    bench.api
      .post('/schedule/preview')
      .set('X-API-Key', key)
      .send({ schedule: { scheduleType: 'manual' } });

  it('refuses further requests of one caller until the minute ends, and none of other callers', async () => {
    const first = await preview(KEYS.writer).expect(200);
    expect(first.headers['ratelimit-policy']).toBe('"default";q=3;w=60');
    expect(first.headers['ratelimit']).toBe('"default";r=2;t=60');
    aheadMs += 20_000;
    await preview(KEYS.writer).expect(200);
    const third = await preview(KEYS.writer).expect(200);
    expect(third.headers['ratelimit']).toBe('"default";r=0;t=40');
    const fourth = await preview(KEYS.writer).expect(429);
    expect(fourth.body).toMatchObject({ code: 'rate-limited' });
    expect(fourth.headers).toMatchObject({ 'retry-after': '40', ratelimit: '"default";r=0;t=40' });
    await preview(KEYS.reader).expect(200);
    aheadMs += 40_000;
    await preview(KEYS.writer).expect(200);
  });

  it('counts requests with an invalid key by address', async () => {
    for (let guesses = 0; guesses < 3; guesses++) await preview(`guess-${guesses}`).expect(401);
    await preview('guess-4').expect(429);
    await bench.api.get('/nowhere').expect(429);
    await preview(KEYS.writer).expect(200);
  });

  it('does not count probes', async () => {
    for (let probes = 0; probes < 5; probes++) {
      const { headers } = await bench.api.get('/health/live').expect(200);
      expect(headers).not.toHaveProperty('ratelimit');
    }
  });
});
