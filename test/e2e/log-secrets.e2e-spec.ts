import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pino from 'pino';
import { systemClock } from '../../src/lib/clock';
import { createLogger } from '../../src/lib/logger';
import { parseSettings } from '../../src/config/settings';
import { createApp } from '../../src/start';
import { GatewayProcess } from '../support/gateway-process';
import { until } from '../support/until';
import {
  DESTINATION_ID,
  fault,
  html,
  json,
  type Reply,
  ScriptedUpstream,
  SOURCE_ID,
  type UpstreamRequest,
} from '../support/scripted-upstream';

const READ = 'GET /connections/:id';
const CREATE = 'POST /connections';
const TOKEN = 'POST /applications/token';
/** Unique values, so that a text search finds each of them. */
const CLIENT_SECRET = 'hunter2-client-secret';
const IN_BODY = 'sentinel-of-a-body';
const CALLERS_TOKEN = 'sentinel-of-a-caller';
const ORDERS = { name: IN_BODY, sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const SETTINGS = {
  PORT: '0',
  AIRBYTE_CLIENT_ID: 'client-of-the-log-test',
  AIRBYTE_CLIENT_SECRET: CLIENT_SECRET,
  AIRBYTE_TIMEOUT_MS: '400',
  AIRBYTE_CREATE_TIMEOUT_MS: '700',
};

let upstream: ScriptedUpstream;
let id: string;
/** All answers to callers. */
let said: string[];

beforeAll(async () => {
  upstream = await ScriptedUpstream.start({ requireToken: true });
});
beforeEach(() => {
  said = [];
  id = upstream.state.addConnection().connectionId;
});
afterEach(() => {
  upstream.clear();
});
afterAll(async () => {
  await upstream.close();
});

async function call(url: string, method: string, path: string, body?: object): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${CALLERS_TOKEN}` };
  const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await response.text();
  said.push(JSON.stringify([...response.headers]), text);
  return text;
}

/** An Airbyte, or a proxy in front of it, that returns the request headers and body in its messages. */
function echo(status: number, { headers, body, path }: UpstreamRequest): Reply {
  const all = JSON.stringify({ headers, body, path });
  const embedded = { errors: [{ message: all }] };
  const words = { message: all, detail: all, title: all, errorId: all, type: all, _embedded: embedded };
  return json(
    status,
    { ...words, data: { message: all, resourceType: all, resourceId: all } },
    { 'x-echo': all },
  );
}

/** All kinds of upstream answers to an operation. */
const BEHAVIOURS: readonly ((request: UpstreamRequest) => Reply | undefined)[] = [
  () => undefined,
  ...(['reset', 'hang', 'truncate', 'stall', 'garbage', 'flood'] as const).map((kind) => () => fault(kind)),
  ...[400, 401, 403, 404, 409, 422, 429, 500, 502, 503].map(
    (status) => (request: UpstreamRequest) => echo(status, request),
  ),
  () => html(),
  (request) => echo(200, request),
  () => json(200, { password: IN_BODY }, { 'content-type': 'text/plain', 'set-cookie': IN_BODY }),
];

/** Sends reads and creations while one operation fails. */
async function misbehave(url: string, operation: string, behave: (typeof BEHAVIOURS)[number]): Promise<void> {
  upstream.on(operation, (request) => {
    const reply = behave(request);
    return operation === TOKEN && reply?.status === 200 ? undefined : reply;
  });
  if (operation === TOKEN) upstream.forgetTokens();
  await call(url, 'GET', `/ingestion/${id}?secret=${IN_BODY}`);
  await call(url, 'GET', `/ingestion/${id}/status`);
  await call(url, 'POST', '/ingestion', ORDERS);
  upstream.on(operation, () => undefined);
  // While the circuit is open nothing is sent, so the next failure would not happen.
  await until('the circuit to close', async () => {
    return (await call(url, 'GET', `/ingestion/${id}`)).includes(`"connectionId":"${id}"`);
  });
}

/** Credentials that were sent over a connection, without their scheme. */
function credentials(): string[] {
  const sent = upstream.requests.map(({ headers }) => String(headers['authorization'] ?? ''));
  const tokens = [...new Set(sent.map((header) => header.replace('Bearer ', '')))].filter(Boolean);
  return [CLIENT_SECRET, CALLERS_TOKEN, ...tokens];
}

function expectNoCredentials(output: string): void {
  for (const secret of credentials()) {
    expect(output).not.toContain(secret);
    expect(said.join('\n')).not.toContain(secret);
  }
}

describe('logs and answers contain no credentials, and logs no bodies', () => {
  it('during all kinds of failures, in the whole output of the process', async () => {
    const gateway = await GatewayProcess.start({
      ...SETTINGS,
      AIRBYTE_API_URL: upstream.url,
      LOG_LEVEL: 'trace',
    });
    for (const behave of BEHAVIOURS)
      for (const operation of [READ, CREATE, TOKEN]) await misbehave(gateway.url, operation, behave);
    await call(gateway.url, 'POST', '/ingestion', { ...ORDERS, [IN_BODY]: 1, name: '' });
    await gateway.kill('SIGTERM');
    expect(credentials().length).toBeGreaterThan(4);
    expect(gateway.output).toContain('"request"');
    expectNoCredentials(gateway.output);
    expect(gateway.output).not.toContain(IN_BODY);
  }, 90_000);

  describe('at every log level', () => {
    let app: NestFastifyApplication;
    let url: string;
    let output = '';
    const logger = createLogger('trace', { write: (line) => void (output += line) });

    beforeAll(async () => {
      const settings = parseSettings({ ...SETTINGS, AIRBYTE_API_URL: upstream.url });
      const airbyte = { ...settings.airbyte, apiUrl: upstream.url };
      app = await createApp({ ...settings, airbyte }, systemClock, logger);
      await app.listen(0, '127.0.0.1');
      url = await app.getUrl();
    });
    afterAll(async () => {
      await app.close();
    });

    it.each([...Object.keys(pino.levels.values), 'silent'])('%s', async (level) => {
      logger.level = level;
      output = '';
      for (const operation of [READ, CREATE, TOKEN])
        await misbehave(url, operation, (request) => echo(500, request));
      expect(output === '').toBe(['warn', 'error', 'fatal', 'silent'].includes(level));
      expectNoCredentials(output);
      expect(output).not.toContain(IN_BODY);
    });

    it('after an internal error that contains credentials', () => {
      logger.level = 'trace';
      output = '';
      const failure = Object.assign(new Error('bug', { cause: new SyntaxError(IN_BODY) }), {
        config: { headers: { authorization: CLIENT_SECRET } },
        response: { data: IN_BODY },
      });
      logger.error({ err: failure }, 'failed');
      expect(output).toContain('"message":"bug"');
      expect(output).toContain('secrets.e2e-spec');
      expect(output).not.toMatch(new RegExp(`${CLIENT_SECRET}|${IN_BODY}`));
    });

    it('but answers contain the message of Airbyte, with the values of the request', async () => {
      const message = `The name ${IN_BODY} is taken, said Bearer ${CLIENT_SECRET}`;
      upstream.on(CREATE, () => json(422, { message, errorId: `handle of ${IN_BODY}` }));
      const told = `The name ${IN_BODY} is taken, said Bearer ***`;
      expect(JSON.parse(await call(url, 'POST', '/ingestion', ORDERS))).toMatchObject({
        code: 'rejected-by-airbyte',
        detail: told,
        upstream: { status: 422, message: told, errorId: null },
      });
    });

    it.each([
      [READ, 401],
      [TOKEN, 400],
      [TOKEN, 401],
    ])('while what Airbyte says of our own sign-in is told to nobody: %s %i', async (operation, status) => {
      upstream.forgetTokens();
      upstream.on(operation, (request) => echo(status, request));
      expect(JSON.parse(await call(url, 'GET', `/ingestion/${id}`))).toMatchObject({
        code: 'airbyte-rejected-credentials',
        detail: expect.stringContaining('operator'),
        upstream: { status, message: null, errorId: null },
      });
    });
  });
});
