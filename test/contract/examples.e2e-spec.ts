import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clockOf } from '../support/clock';
import type { RecordedExamples } from '../../src/api/openapi/examples';
import { isReference, operationsOf, responsesOf } from '../../src/api/openapi/described-operations';
import { document, documentedAnswers } from '../support/contract-document';
import { startGateway } from '../support/gateway';
import {
  DESTINATION_ID,
  json,
  type Reply,
  ScriptedUpstream,
  SOURCE_ID,
  type UpstreamRequest,
} from '../support/scripted-upstream';
import { CALLS, CONNECTION_ID } from './answers/calls';
import { PROBLEM_SCENARIOS } from './answers/problem-scenarios';
import { TestGateways } from './answers/test-gateways';
import type { ExampleScenario } from './examples/scenario';
import { EXAMPLE_SCENARIOS } from './examples/scenarios';

const FILE = join(__dirname, '..', '..', 'src', 'api', 'openapi', 'examples.json');
const REQUEST_ID = '0b0c8e1e-4f0e-4f57-9a57-0f8f2f3c8a11';
const NOW = new Date('2026-01-15T10:30:00Z');

/** The operations that readers know, before all others: a problem's example is taken from the first that has it. */
const BEST_KNOWN = ['createIngestion', 'startRun', 'patchIngestion', 'getIngestionStatus'];

describe('the examples of the description', () => {
  let upstream: ScriptedUpstream;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
  });
  afterAll(async () => {
    await upstream.close();
  });

  const createsWithId = (request: UpstreamRequest): Reply => {
    const refusal = upstream.act(request);
    const [row] = upstream.state.connections.values();
    return row ? json(200, { ...row, connectionId: CONNECTION_ID }) : refusal;
  };

  /** The ids of Airbyte differ from run to run. */
  const connectorWithId =
    (idName: string, id: string) =>
    (request: UpstreamRequest): Reply => {
      const made: unknown = JSON.parse(upstream.act(request).body);
      return json(200, { ...(made as object), [idName]: id });
    };

  function prepare(scenario: ExampleScenario): void {
    upstream.clear();
    upstream.state.machineMs = () => NOW.getTime();
    // The gateway compares this one with the clock of the process.
    upstream.state.serverMs = () => Date.now();
    upstream.on('POST /sources', connectorWithId('sourceId', SOURCE_ID));
    upstream.on('POST /destinations', connectorWithId('destinationId', DESTINATION_ID));
    if (scenario.operation === 'createIngestion') upstream.on('POST /connections', createsWithId);
    else {
      upstream.state.addConnection({
        connectionId: CONNECTION_ID,
        createdAt: Date.parse('2026-01-01T00:00:00Z') / 1000,
        schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ? UTC' },
      });
    }
    scenario.prepare?.(upstream);
  }

  async function runExample(scenario: ExampleScenario): Promise<{ status: number; body: unknown }> {
    prepare(scenario);
    // A probe has so many milliseconds by the same clock.
    const clock = scenario.operation === 'getReadiness' ? undefined : clockOf(() => NOW);
    const settings = { STATUS_MAX_AGE_MS: '0', AIRBYTE_START_TIMEOUT_MS: '6000' };
    const gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, ...settings }, clock);
    try {
      const answer = await gateway.api[scenario.method](scenario.path)
        .set('X-Request-Id', REQUEST_ID)
        .send(scenario.request);
      return { status: answer.status, body: answer.text === '' ? undefined : (answer.body as unknown) };
    } finally {
      await gateway.close();
    }
  }

  async function playProblems(): Promise<Record<string, unknown>> {
    const gateways = new TestGateways(upstream, {
      clock: clockOf(() => NOW),
      headers: { 'X-Request-Id': REQUEST_ID },
    });
    const problems: Record<string, unknown> = {};
    const ids = [...BEST_KNOWN, ...CALLS.map(({ id }) => id)];
    const answers = documentedAnswers().map((answer) => answer.split(' '));
    try {
      for (const code of new Set(answers.flatMap(([, , code]) => code ?? []))) {
        const id = ids.find((known) => answers.some(([of, , what]) => of === known && what === code));
        const [call, scenario] = [CALLS.find((one) => one.id === id), PROBLEM_SCENARIOS[code]];
        if (!call || !scenario) throw new Error(`nothing brings ${code} about`);
        upstream.clear();
        const { body } = await gateways.with(call, scenario, (context) => scenario.run(context));
        // A request that cannot be read has no id of the caller.
        problems[code] = { ...(body as object), requestId: REQUEST_ID };
      }
    } finally {
      await gateways.close();
    }
    return problems;
  }

  it('are what the gateway answers', async () => {
    const operations: Record<string, Record<string, object>> = {};
    const problems = await playProblems();
    for (const scenario of EXAMPLE_SCENARIOS) {
      const { summary, request } = scenario;
      const { status, body } = await runExample(scenario);
      if (status >= 400) problems[(body as { code: string }).code] = body;
      else
        (operations[scenario.operation] ??= {})[scenario.name] = {
          summary,
          ...(request && { request }),
          status,
          response: body,
        };
    }
    const played = JSON.parse(JSON.stringify({ operations, problems })) as RecordedExamples;
    if (process.env['RECORD_EXAMPLES']) writeFileSync(FILE, `${JSON.stringify(played, null, 2)}\n`);
    expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(played);
  });

  it('are there for every body that is sent or answered, and for every problem', () => {
    const without = operationsOf(document).flatMap(({ operationId = '', requestBody, responses }) => {
      const answers = responsesOf({ responses }).map(([status, { content }]) => [status, content] as const);
      const body = requestBody && !isReference(requestBody) ? requestBody.content : undefined;
      return [...answers, ['body', body] as const].flatMap(([what, content]) =>
        Object.values(content ?? {}).flatMap(({ examples }) =>
          Object.keys(examples ?? {}).length === 0 ? [`${operationId} ${what}`] : [],
        ),
      );
    });
    expect(without).toEqual([]);
    const codes = documentedAnswers().flatMap((answer) => answer.split(' ')[2] ?? []);
    expect(Object.keys(document.components?.examples ?? {}).sort()).toEqual([...new Set(codes)].sort());
  });
});
