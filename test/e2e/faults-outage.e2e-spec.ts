import { BUDGET_MS, faultBench, SLACK_MS, UNKNOWN_ID } from '../support/fault-bench';
import { fault, hateoas } from '../support/scripted-upstream';
import { GatewayProcess } from '../support/gateway-process';
import { Stopwatch } from '../support/stopwatch';
import { until } from '../support/until';

const READ = 'GET /connections/:id';
const TOKEN = 'POST /applications/token';

const faults = faultBench();
const { always, create, existing, get } = faults;

describe('credentials', () => {
  it('are fetched anew when Airbyte has restarted and forgotten them', async () => {
    const id = existing();
    await get(`/ingestion/${id}`);
    faults.upstream.forgetTokens();
    expect((await get(`/ingestion/${id}`)).status).toBe(200);
    expect([faults.upstream.count(TOKEN), faults.upstream.count(READ)]).toEqual([2, 3]);
  });

  it('are fetched once for all who wait, also after a restart in the middle', async () => {
    const ids = Array.from({ length: 20 }, existing);
    await Promise.all(ids.map((id) => get(`/ingestion/${id}`)));
    expect(faults.upstream.count(TOKEN)).toBe(1);
    await faults.upstream.refuse();
    faults.upstream.forgetTokens();
    const pending = Promise.all(ids.slice(0, 4).map((id) => get(`/ingestion/${id}`)));
    await faults.upstream.listen();
    for (const { status } of await pending) expect(status).toBe(200);
    expect(faults.upstream.count(TOKEN)).toBe(2);
  });

  it('that a fresh token does not mend are 502: not the fault of the caller', async () => {
    always(READ, hateoas(401, 'Unauthorized'));
    const answer = await get(`/ingestion/${UNKNOWN_ID}`);
    expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-rejected-credentials' } });
    expect(answer.headers).not.toHaveProperty('www-authenticate');
    expect([faults.upstream.count(TOKEN), faults.upstream.count(READ)]).toEqual([2, 2]);
  });

  it.each([401, 403, 400])('that are refused with %p are 502, for reads and creations', async (status) => {
    always(TOKEN, hateoas(status, 'Unauthorized'));
    for (const answer of [await get(`/ingestion/${UNKNOWN_ID}`), await create()])
      expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-rejected-credentials' } });
    expect(faults.upstream.count('*')).toBe(faults.upstream.count(TOKEN));
  });

  it('that cannot be fetched in time are 504', async () => {
    always(TOKEN, fault('hang'));
    const answer = await get(`/ingestion/${UNKNOWN_ID}`);
    expect(answer).toMatchObject({ status: 504, body: { code: 'airbyte-timeout' } });
    expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
  });
});

describe('a dead upstream', () => {
  it('is told at once, with Retry-After, and asked again within seconds', async () => {
    const id = existing();
    await faults.upstream.refuse();
    const refused = await until('the circuit to open', async () => {
      const answer = await get(`/ingestion/${id}`);
      expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
      expect(answer.body['code']).toMatch(/^airbyte-unrea|^airbyte-unavail/);
      return answer.status === 503 && answer;
    });
    expect(refused.ms).toBeLessThan(BUDGET_MS / 2);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const created = await create();
    expect(created.status).toBe(503);
    expect(created.ms).toBeLessThan(BUDGET_MS / 2);

    await expect(get('/health/live')).resolves.toMatchObject({ status: 200 });
    const readiness = await get('/health/ready');
    expect(readiness).toMatchObject({ status: 503, body: { code: 'not-ready' } });
    expect(readiness.body['detail']).toContain('cannot be reached');

    await faults.upstream.listen();
    const stopwatch = new Stopwatch();
    await until('it to be whole again', async () => (await get(`/ingestion/${id}`)).status === 200);
    expect(stopwatch.stop().countedMs).toBeLessThan(5_000);
    expect((await create()).status).toBe(201);
    expect(faults.upstream.state.connections.size).toBe(2);
  });

  it('is known at once, with the cause, by everyone who asks', async () => {
    await faults.reopen({ AIRBYTE_TIMEOUT_MS: '20000', AIRBYTE_TOKEN: faults.tokenOf('fixed') });
    const id = existing();
    await faults.upstream.refuse();
    const paths = [`/ingestion/${id}`, `/ingestion/${id}/status`, '/ingestion', '/sources'];
    for (const answer of await Promise.all(paths.map(get))) {
      expect(answer.ms).toBeLessThan(1_000 + SLACK_MS);
      expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-unreachable' } });
      expect(answer.body['detail']).toContain('the connection was refused (ECONNREFUSED)');
      expect(JSON.stringify(answer.body)).not.toContain('127.0.0.1');
    }
  });

  it('that hangs opens the circuit too, and answers end it', async () => {
    const id = existing();
    always('*', fault('hang'));
    await until('the circuit to open', async () => {
      const { status, ms } = await get(`/ingestion/${id}`);
      return status === 503 && ms < BUDGET_MS / 2;
    });
    await expect(get('/health/live')).resolves.toMatchObject({ status: 200 });
    faults.upstream.on('*', () => undefined);
    await until('it to be whole again', async () => (await get(`/ingestion/${id}`)).status === 200, 6_000);
  });
});

describe('the log', () => {
  it('has one warning with the cause when an outage begins, and one line when it ends', async () => {
    const gateway = await GatewayProcess.start({
      AIRBYTE_API_URL: faults.upstream.url,
      AIRBYTE_TOKEN: faults.tokenOf('fixed'),
      LOG_LEVEL: 'warn',
    });
    const path = `${gateway.url}/ingestion/${existing()}`;
    await fetch(path);
    await faults.upstream.refuse();
    for (let n = 0; n < 5; n++) await fetch(path);
    await faults.upstream.listen();
    await until('it to be whole again', async () => (await fetch(path)).status === 200);
    await gateway.kill('SIGTERM');
    const lines = gateway.output.split('\n').filter((line) => line.includes('"Airbyte'));
    const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages).toEqual([
      expect.stringMatching(/^Airbyte is down: GET \/\S+: .*the connection was refused \(ECONNREFUSED\)/),
      expect.stringMatching(/^Airbyte answers again, \d+ s after the first failure\.$/),
    ]);
  });
});
