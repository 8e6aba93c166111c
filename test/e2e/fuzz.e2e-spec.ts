import { Agent, request as openRequest } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { PROBLEMS } from '../../src/api/problem/problem-catalogue';
import { rawBytes } from '../support/fuzz-raw-bytes';
import { type FuzzRequest, requestsFor, type Route } from '../support/fuzz-requests';
import { KNOWN_ID } from '../support/fuzz-texts';
import { checkAnswer } from '../support/contract';
import { startGateway, type TestGateway } from '../support/gateway';
import {
  DESTINATION_ID,
  ScriptedUpstream,
  SOURCE_ID,
  type UpstreamRequest,
} from '../support/scripted-upstream';

/** Determines all requests. It is the same in each run unless `FUZZ_SEED` is set. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_123);
/** The number of requests sent at one time. */
const AT_ONCE = 10;
const BATCHES = Number(process.env['FUZZ_BATCHES'] ?? 100);
const RAW_BATCHES = Math.ceil(BATCHES / 2);
const REQUESTS = BATCHES * AT_ONCE;
/** Minimum number of each common refusal, for every seed. */
const AT_LEAST = Math.floor(REQUESTS / 1000);
const TIMEOUT_MS = 60_000 + BATCHES * 500;

/** Refusals by the gateway itself. Nothing may be sent upstream for them. */
const OWN_REFUSALS = [
  'validation-failed',
  'malformed-body',
  'malformed-request',
  'route-not-found',
  'method-not-allowed',
  'body-too-large',
  'uri-too-long',
  'unsupported-media-type',
  'headers-too-large',
];
/** An id of version 4 was made by the gateway, because the generators never send one. It belongs to one request. */
const MADE_UP_ID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-/;
const PATH =
  /^\/(?:health|(?:connections|jobs|sources|destinations|workspaces)(?:\/[A-Za-z0-9._~-]{1,128})?|workspaces\/[A-Za-z0-9._~-]{1,128}\/definitions\/[a-z]+|api\/v1\/[a-z_]+(?:\/[a-z_]+){1,2})$/;
const HEADERS = [
  'accept',
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'host',
  'traceparent',
  'transfer-encoding',
  'user-agent',
  'x-request-id',
];
const QUERY = [
  'limit',
  'offset',
  'orderBy',
  'connectionId',
  'status',
  'jobType',
  'workspaceIds',
  'includeDeleted',
];
const MEMBERS = [
  'name',
  'sourceId',
  'destinationId',
  'schedule',
  'status',
  'configurations',
  'connectionId',
  'jobType',
  // Of the internal API:
  'id',
  'jobId',
  'attemptNumber',
  'configId',
  'configTypes',
  'statuses',
  'createdAtStart',
  'createdAtEnd',
  'pagination',
  'eventTypes',
  'connectionUpdate',
  'updateReason',
  'autoUpdate',
  'refreshMode',
  'streams',
  'cronExpression',
  'scheduleType',
  'scheduleData',
  'configuration',
  'definitionId',
  'workspaceId',
  'sourceDefinitionId',
  'destinationDefinitionId',
  'connectionConfiguration',
  'streamName',
  'streamNamespace',
];
const HEADER_VALUES: Readonly<Record<string, RegExp>> = {
  accept: /^application\/json$/,
  'content-type': /^application\/json$/,
  traceparent: /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/,
  'user-agent': /^airbyte-ingestion-api$/,
  'x-request-id': /^[\w.~-]{1,128}$/,
};
const PROTOTYPES = [Object.prototype, Array.prototype, String.prototype, Function.prototype];

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

describe(`a random request (seed ${SEED})`, () => {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const propertiesBefore = PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype));
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let routes: readonly Route[];

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    upstream.state.addConnection({ connectionId: KNOWN_ID });
    gateway = await startGateway({
      AIRBYTE_API_URL: upstream.url,
      RATE_LIMIT: 'off',
      AIRBYTE_TIMEOUT_MS: '5000',
    });
    routes = await describedRoutes();
  });

  afterAll(async () => {
    agent.destroy();
    await gateway.close();
    await upstream.close();
  });

  /** Reads the routes from the API description, so that none is forgotten. */
  async function describedRoutes(): Promise<readonly Route[]> {
    const response = await gateway.api.get('/openapi.json').expect(200);
    const { paths } = response.body as { paths: Record<string, Record<string, unknown>> };
    return Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => ({ method: method.toUpperCase(), path })),
    );
  }

  /** Does not use fetch, because fetch normalizes the path. */
  function send({ method, path, headers, body }: FuzzRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = openRequest(gateway.url, { method, path, headers, agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      request.on('error', reject);
      request.end(body ?? undefined);
    });
  }

  /** Sends a request and checks the answer against the API description. */
  async function ask(request: FuzzRequest): Promise<Answer> {
    const answer = await send(request);
    const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const);
    checkAnswer({ ...request, ...answer, headers: new Map(headers) });
    return answer;
  }

  /** Returns the bytes that the gateway sent until it closed the socket. */
  function sendRaw(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
      let answer = '';
      socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
      socket.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
      });
      socket.on('close', () => {
        resolve(answer);
      });
      socket.end(bytes, 'latin1');
    });
  }

  function problemOf(answer: Answer): { code: string; status: number; requestId: string } {
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    const problem = JSON.parse(answer.text) as { code: string; status: number; requestId: string };
    expect(Object.keys(PROBLEMS)).toContain(problem.code);
    expect(problem.status).toBe(answer.status);
    expect(problem.requestId).toBe(answer.headers['x-request-id']);
    return problem;
  }

  function expectHarmless({ path, query, headers, body }: UpstreamRequest): void {
    expect(path).toMatch(PATH);
    expect(path).not.toMatch(/\/\.{1,2}$/);
    expect([...query.keys()].filter((key) => !QUERY.includes(key))).toEqual([]);
    expect(Object.keys(headers).filter((key) => !HEADERS.includes(key))).toEqual([]);
    const odd = Object.entries(HEADER_VALUES).filter(([key, form]) => !form.test(String(headers[key] ?? '')));
    expect(odd.filter(([key]) => headers[key] !== undefined)).toEqual([]);
    expect(Object.keys(body ?? {}).filter((key) => !MEMBERS.includes(key))).toEqual([]);
  }

  function expectUnpolluted(): void {
    expect(PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype))).toEqual(propertiesBefore);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  }

  it(
    'is answered or refused with a problem, and puts nothing unexpected into a request to Airbyte',
    async () => {
      const refused = new Map<string, string>();
      const codes = new Map<string, number>();
      const seen = new Set<Route>();
      const batch = fc.array(requestsFor(routes), { minLength: AT_ONCE, maxLength: AT_ONCE });
      const property = fc.asyncProperty(batch, async (requests) => {
        upstream.state.addConnection({ connectionId: KNOWN_ID });
        const before = upstream.requests.length;
        const answers = await Promise.all(requests.map(ask));
        for (const { route } of requests) seen.add(route);
        for (const [i, answer] of answers.entries()) {
          if (answer.status < 400) continue;
          const { code, requestId } = problemOf(answer);
          codes.set(code, (codes.get(code) ?? 0) + 1);
          if (OWN_REFUSALS.includes(code) && MADE_UP_ID.test(requestId))
            refused.set(requestId, requests[i]?.method ?? '');
        }
        // 501: this Airbyte has no internal API.
        expect(answers.filter(({ status }) => status >= 500 && status !== 501)).toEqual([]);
        upstream.requests.slice(before).forEach(expectHarmless);
      });
      await fc.assert(property, { seed: SEED, numRuns: BATCHES, endOnFailure: true });

      const sentForRefused = upstream.requests.filter((sent) => {
        const refusedMethod = refused.get(String(sent.headers['x-request-id']));
        // A PATCH reads the connection to decide whether a schedule may stay as it is.
        return refusedMethod !== undefined && !(refusedMethod === 'PATCH' && sent.method === 'GET');
      });
      expect(sentForRefused).toEqual([]);
      expectUnpolluted();
      // Few requests may miss a route by chance.
      expect(seen.size).toBeGreaterThanOrEqual(Math.min(routes.length, REQUESTS / 40));
      // Proves the variety of the requests: every kind of refusal came up, and some requests succeeded.
      for (const code of ['validation-failed', 'malformed-body', 'malformed-request', 'ingestion-not-found'])
        expect([code, (codes.get(code) ?? 0) >= AT_LEAST]).toEqual([code, true]);
      expect(upstream.state.connections.size).toBeGreaterThan(AT_LEAST);
      await expectAlive();
    },
    TIMEOUT_MS,
  );

  it(
    'gets a problem as its answer even if it is not valid HTTP',
    async () => {
      const batch = fc.array(rawBytes, { minLength: AT_ONCE, maxLength: AT_ONCE });
      const property = fc.asyncProperty(batch, async (all) => {
        const answers = await Promise.all(all.map(sendRaw));
        // A connection that sends nothing or an incomplete request may get no answer.
        const refusals = answers.filter((answer) => !/^(?:$|HTTP\/1\.1 [123])/.test(answer));
        for (const refusal of refusals) {
          expect(refusal).toMatch(/^HTTP\/1\.1 4/);
          expect(refusal).toMatch(/^content-type: application\/problem\+json/im);
        }
        expect(answers.join('\n')).not.toMatch(/^x-evil/im);
      });
      await fc.assert(property, { seed: SEED, numRuns: RAW_BATCHES, endOnFailure: true });
      upstream.requests.forEach(expectHarmless);
      expectUnpolluted();
      await expectAlive();
    },
    TIMEOUT_MS,
  );

  async function expectAlive(): Promise<void> {
    await gateway.api.get('/health/live').expect(200);
    await gateway.api
      .post('/ingestion')
      .send({ name: 'Afterwards', sourceId: SOURCE_ID, destinationId: DESTINATION_ID })
      .expect(201);
  }
});
