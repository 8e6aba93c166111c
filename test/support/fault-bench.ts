import { startGateway, type TestGateway } from './gateway';
import { DESTINATION_ID, type Reply, ScriptedUpstream, SOURCE_ID } from './scripted-upstream';
import { Stopwatch } from './stopwatch';

/** Default budgets of the gateways in these tests. */
export const BUDGET_MS = 800;
export const CREATE_BUDGET_MS = 1200;
/** Time for the work of the gateway after the budget, such as writing the answer. */
export const SLACK_MS = 600;
/** Longer than Jest lets a test run: an answer shows that the gateway did not wait for the end of this budget. */
export const ENDLESS_MS = '600000';

export const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
export const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

/** An answer of the gateway. `ms` is the time that a {@link Stopwatch} counted. */
export interface Outcome {
  readonly status: number;
  readonly headers: Record<string, string | undefined>;
  readonly body: Record<string, unknown>;
  readonly ms: number;
  /** Real time, for lower limits. */
  readonly elapsedMs: number;
}

/** A scripted upstream that requires a token, and a gateway in front of it. */
export interface FaultBench {
  readonly upstream: ScriptedUpstream;
  /** Replaces the gateway of this test by one with other settings. */
  readonly reopen: (settings: Record<string, string>) => Promise<void>;
  readonly send: (method: string, path: string, body?: object) => Promise<Outcome>;
  readonly get: (path: string) => Promise<Outcome>;
  readonly create: (body?: object) => Promise<Outcome>;
  /** Sets the answer to all further requests of an operation. */
  readonly always: (operation: string, reply: Reply) => void;
  /** Sets the answer to the next request of an operation. */
  readonly once: (operation: string, reply: Reply) => void;
  /** Adds a connection and returns its id. */
  readonly existing: () => string;
  /** Makes the upstream accept a token, and returns the token. */
  readonly tokenOf: (text: string) => string;
}

/** Sets up the tests of a file. Each test has its own gateway, because a circuit breaker keeps state. */
export function faultBench(): FaultBench {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  const open = async (settings: Record<string, string>): Promise<void> => {
    gateway = await openGateway(upstream, settings);
  };
  const send: FaultBench['send'] = (method, path, body) => exchange(gateway.url + path, method, body);

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start({ requireToken: true });
    await warmUp(upstream);
  });
  beforeEach(async () => {
    await open({ AIRBYTE_CLIENT_ID: 'gateway', AIRBYTE_CLIENT_SECRET: 'secret-of-the-gateway' });
  });
  afterEach(async () => {
    await gateway.close();
    await upstream.listen().catch(() => undefined);
    upstream.clear();
  });
  afterAll(async () => {
    await upstream.close();
  });

  return {
    get upstream() {
      return upstream;
    },
    reopen: async (settings) => {
      await gateway.close();
      await open(settings);
    },
    send,
    get: (path) => send('GET', path),
    create: (body = ORDERS) => send('POST', '/ingestion', body),
    always: (operation, reply) => void upstream.on(operation, () => reply),
    once: (operation, reply) =>
      void upstream.on(operation, (_request, nth) => (nth === 1 ? reply : undefined)),
    existing: () => upstream.state.addConnection().connectionId,
    tokenOf: (text) => {
      upstream.state.tokens.add(text);
      return text;
    },
  };
}

function openGateway(upstream: ScriptedUpstream, settings: Record<string, string>): Promise<TestGateway> {
  return startGateway({
    AIRBYTE_API_URL: upstream.url,
    AIRBYTE_TIMEOUT_MS: String(BUDGET_MS),
    AIRBYTE_CREATE_TIMEOUT_MS: String(CREATE_BUDGET_MS),
    AIRBYTE_START_TIMEOUT_MS: String(BUDGET_MS),
    RATE_LIMIT: 'off',
    ...settings,
  });
}

/** The first requests of a process are slow, because their code is not compiled yet. They could exceed a short budget. */
async function warmUp(upstream: ScriptedUpstream): Promise<void> {
  const { connectionId } = upstream.state.addConnection();
  upstream.state.tokens.add('warm');
  const gateway = await openGateway(upstream, { AIRBYTE_TOKEN: 'warm' });
  await exchange(`${gateway.url}/ingestion/${connectionId}/status`, 'GET');
  await exchange(`${gateway.url}/ingestion`, 'POST', ORDERS);
  await gateway.close();
  upstream.clear();
}

async function exchange(url: string, method: string, body?: object): Promise<Outcome> {
  const stopwatch = new Stopwatch();
  const response = await fetch(url, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  const { countedMs: ms, elapsedMs } = stopwatch.stop();
  const parsed = (text === '' ? {} : JSON.parse(text)) as Outcome['body'];
  if (response.status >= 400)
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: parsed,
    ms,
    elapsedMs,
  };
}
