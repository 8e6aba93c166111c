import { answersToBeSeen } from '../support/contract-document';
import {
  fault,
  html,
  json,
  noContent,
  problem,
  type Reply,
  ScriptedUpstream,
} from '../support/scripted-upstream';
import { serveConnectors } from '../support/serve-connectors';
import { CALLS } from './answers/calls';
import { PROBLEM_SCENARIOS } from './answers/problem-scenarios';
import { TestGateways } from './answers/test-gateways';

function codeOf(body: unknown): string | undefined {
  return typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : undefined;
}

/** Everything that may stand where Airbyte should. */
const REPLIES: readonly Reply[] = [
  ...[400, 401, 403, 404, 405, 409, 410, 418, 422, 429, 500, 501, 502, 503].flatMap((status) => [
    problem(status, 'No.'),
    html(status),
  ]),
  { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' },
  noContent(),
  html(200),
  json(200, { a: 1 }),
  json(200, []),
  json(200, null),
  fault('garbage'),
  fault('truncate'),
  fault('hang'),
];
/** Refusals of one call while the others succeed. After a 404 of the internal API, a capability is off. */
const REFUSALS = [400, 403, 409, 410, 422, 404];
const IMPATIENT = {
  settings: { AIRBYTE_TIMEOUT_MS: '100', AIRBYTE_CREATE_TIMEOUT_MS: '100' },
  isOwn: true,
};

describe('every documented answer', () => {
  let upstream: ScriptedUpstream;
  let gateways: TestGateways;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    gateways = new TestGateways(upstream);
  });
  afterEach(() => {
    upstream.clear();
  });
  afterAll(async () => {
    await gateways.close();
    await upstream.close();
  });

  it.each(answersToBeSeen())('is given: %s', async (answer) => {
    const [id, status = '', code] = answer.split(' ');
    const call = CALLS.find((one) => one.id === id);
    const scenario = PROBLEM_SCENARIOS[`${id} ${code ?? status}`] ?? PROBLEM_SCENARIOS[code ?? status];
    if (!call || !scenario) throw new Error('nothing here brings it about');
    const given = await gateways.with(call, scenario, (context) => scenario.run(context));
    expect({ status: given.status, code: codeOf(given.body) }).toEqual({ status: Number(status), code });
  });

  it.each(CALLS)('is all that $id gives, whatever Airbyte answers', async (call) => {
    const statuses = await gateways.with(call, IMPATIENT, async (context) => {
      const seen: number[] = [];
      for (const reply of REPLIES) {
        upstream.on('*', () => reply);
        // Each answer is held to the description on its way.
        seen.push((await context.send()).status);
      }
      return seen;
    });
    expect(statuses).toHaveLength(REPLIES.length);
  });

  it.each(CALLS)('is all that $id gives if Airbyte refuses one of its calls', async (call) => {
    await gateways.with(call, IMPATIENT, async (context) => {
      serveConnectors(upstream);
      await context.send();
      const operations = new Set(upstream.requests.map(({ operation }) => operation));
      for (const refused of operations) {
        for (const status of REFUSALS) {
          upstream.intercept(({ operation }) => (operation === refused ? problem(status, 'No.') : undefined));
          // The answer is held to the description on its way.
          expect((await context.send()).status).toBeGreaterThanOrEqual(200);
        }
      }
    });
  });
});
