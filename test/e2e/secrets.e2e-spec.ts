import { faultBench, ORDERS } from '../support/fault-bench';
import { GatewayProcess } from '../support/gateway-process';
import { fault, html, json } from '../support/scripted-upstream';

const READ = 'GET /connections/:id';
const CREATE = 'POST /connections';
const TOKEN = 'POST /applications/token';

const faults = faultBench();
const { existing } = faults;

describe('secrets', () => {
  /** Each is found nowhere else, so that one look tells. */
  const CLIENT_SECRET = 'hunter2-client-secret';
  const IN_BODY = 'sentinel-of-a-body';
  const CALLERS_TOKEN = 'sentinel-of-a-caller';

  it('no credential, token or body is in a log or an answer, whatever goes wrong', async () => {
    const process = await GatewayProcess.start({
      AIRBYTE_API_URL: faults.upstream.url,
      AIRBYTE_CLIENT_ID: 'client-of-the-log-test',
      AIRBYTE_CLIENT_SECRET: CLIENT_SECRET,
      AIRBYTE_TIMEOUT_MS: '400',
      AIRBYTE_CREATE_TIMEOUT_MS: '700',
      LOG_LEVEL: 'trace',
    });
    const id = existing();
    const said: string[] = [];
    const call = async (method: string, path: string, body?: object): Promise<void> => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${CALLERS_TOKEN}` };
      const response = await fetch(process.url + path, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      });
      said.push(await response.text());
    };
    const secret = { password: IN_BODY };
    const replies = [
      undefined,
      ...(['reset', 'hang', 'truncate', 'stall', 'garbage', 'flood'] as const).map((kind) => fault(kind)),
      ...[400, 401, 403, 404, 409, 422, 429, 500, 502, 503].map((status) => json(status, { data: secret })),
      html(),
      json(200, secret),
      json(200, secret, { 'content-type': 'text/plain', 'set-cookie': IN_BODY }),
    ];
    for (const reply of replies) {
      for (const operation of [READ, CREATE, TOKEN]) {
        faults.upstream.on(operation, () =>
          operation === TOKEN && reply?.status === 200 ? undefined : reply,
        );
        if (operation === TOKEN) faults.upstream.forgetTokens();
        await call('GET', `/ingestion/${id}?secret=${IN_BODY}`);
        await call('POST', '/ingestion', { ...ORDERS, name: IN_BODY, schedule: null });
        faults.upstream.on(operation, () => undefined);
      }
    }
    await call('POST', '/ingestion', { ...ORDERS, [IN_BODY]: 1, name: '' });
    await process.kill('SIGTERM');
    const tokens = faults.upstream.requests.map(({ headers }) => headers['authorization'] ?? 'none');
    expect(new Set(tokens).size).toBeGreaterThan(2);
    const secrets = [
      CLIENT_SECRET,
      CALLERS_TOKEN,
      ...tokens.map((token) => String(token).replace('Bearer ', '')),
    ];
    expect(process.output).toContain('"request"');
    for (const token of secrets.filter((token) => token !== 'none')) {
      expect(process.output).not.toContain(token);
      expect(said.join('')).not.toContain(token);
    }
    expect(process.output).not.toContain(IN_BODY);
  });
});
