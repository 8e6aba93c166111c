import { BUDGET_MS, ENDLESS_MS, faultBench, SLACK_MS, UNKNOWN_ID } from '../support/fault-bench';
import { fault, hateoas } from '../support/scripted-upstream';
import { GatewayProcess } from '../support/gateway-process';
import { until } from '../support/until';

const READ = 'GET /connections/:id';
const TOKEN = 'POST /applications/token';

const faults = faultBench();
const { always, create, existing, get } = faults;

describe('credentials', () => {
  it('are renewed after a restart of Airbyte', async () => {
    const id = existing();
    await get(`/ingestion/${id}`);
    faults.upstream.forgetTokens();
    expect((await get(`/ingestion/${id}`)).status).toBe(200);
    expect([faults.upstream.count(TOKEN), faults.upstream.count(READ)]).toEqual([2, 3]);
  });

  it('are fetched once for all waiting requests, also after a restart of Airbyte', async () => {
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

  it('are reported with 502 if Airbyte rejects a renewed token', async () => {
    always(READ, hateoas(401, 'Unauthorized'));
    const answer = await get(`/ingestion/${UNKNOWN_ID}`);
    expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-rejected-credentials' } });
    expect(answer.headers).not.toHaveProperty('www-authenticate');
    expect([faults.upstream.count(TOKEN), faults.upstream.count(READ)]).toEqual([2, 2]);
  });

  it.each([401, 403, 400])(
    'are reported with 502 for reads and creations if the sign-in fails with %p',
    async (status) => {
      always(TOKEN, hateoas(status, 'Unauthorized'));
      for (const answer of [await get(`/ingestion/${UNKNOWN_ID}`), await create()])
        expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-rejected-credentials' } });
      expect(faults.upstream.count('*')).toBe(faults.upstream.count(TOKEN));
    },
  );

  it('are reported with 504 if the sign-in does not answer in time', async () => {
    always(TOKEN, fault('hang'));
    const answer = await get(`/ingestion/${UNKNOWN_ID}`);
    expect(answer).toMatchObject({ status: 504, body: { code: 'airbyte-timeout' } });
    expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
  });
});

describe('an outage of Airbyte', () => {
  it('opens the circuit breaker, which closes again after the outage', async () => {
    const id = existing();
    await faults.upstream.refuse();
    const refused = await until('the circuit to open', async () => {
      const answer = await get(`/ingestion/${id}`);
      expect(answer.ms).toBeLessThan(BUDGET_MS + SLACK_MS);
      expect(answer.body['code']).toMatch(/^airbyte-unrea|^airbyte-unavail/);
      return answer.status === 503 && answer;
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const created = await create();
    expect(created.status).toBe(503);

    await expect(get('/health/live')).resolves.toMatchObject({ status: 200 });
    const readiness = await get('/health/ready');
    expect(readiness).toMatchObject({ status: 503, body: { code: 'not-ready' } });
    expect(readiness.body['detail']).toContain('cannot be reached');

    await faults.upstream.listen();
    await until('the circuit to close', async () => (await get(`/ingestion/${id}`)).status === 200);
    expect((await create()).status).toBe(201);
    expect(faults.upstream.state.connections.size).toBe(2);
  });

  it('does not affect readiness with READY_WITHOUT_AIRBYTE=on', async () => {
    await faults.reopen({ READY_WITHOUT_AIRBYTE: 'on' });
    await faults.upstream.refuse();
    const readiness = await get('/health/ready');
    expect(readiness).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(readiness.body['warnings']).toEqual([expect.stringContaining('cannot be reached')]);
  });

  it('is reported to all concurrent requests, with its cause and without a wait', async () => {
    await faults.reopen({ AIRBYTE_TIMEOUT_MS: ENDLESS_MS, AIRBYTE_TOKEN: faults.tokenOf('fixed') });
    const id = existing();
    await faults.upstream.refuse();
    const paths = [`/ingestion/${id}`, `/ingestion/${id}/status`, '/ingestion', '/sources'];
    for (const answer of await Promise.all(paths.map(get))) {
      expect(answer).toMatchObject({ status: 502, body: { code: 'airbyte-unreachable' } });
      expect(answer.body['detail']).toContain('the connection was refused (ECONNREFUSED)');
      expect(JSON.stringify(answer.body)).not.toContain('127.0.0.1');
    }
  });

  it('opens the circuit breaker if Airbyte does not answer, and closes it after an answer', async () => {
    const id = existing();
    always('*', fault('hang'));
    await until('the circuit to open', async () => {
      return (await get(`/ingestion/${id}`)).status === 503;
    });
    await expect(get('/health/live')).resolves.toMatchObject({ status: 200 });
    faults.upstream.on('*', () => undefined);
    await until('the circuit to close', async () => (await get(`/ingestion/${id}`)).status === 200);
  });
});

describe('the log of an outage', () => {
  it('has one warning with the cause at its start, and one line at its end', async () => {
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
    await until('the circuit to close', async () => (await fetch(path)).status === 200);
    await gateway.kill('SIGTERM');
    const lines = gateway.output
      .split('\n')
      .filter((line) => line.includes('"Airbyte is') || line.includes('"Airbyte answers'));
    const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages).toEqual([
      expect.stringMatching(/^Airbyte is down: GET \/\S+: .*the connection was refused \(ECONNREFUSED\)/),
      expect.stringMatching(/^Airbyte answers again, \d+ s after the first failure\.$/),
    ]);
  });
});
