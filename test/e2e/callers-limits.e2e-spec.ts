import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { RequestMethod } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { systemClock } from '../../src/lib/clock';
import { createFastifyAdapter } from '../../src/app/fastify-adapter';
import { rulesOf } from '../../src/http/route-config';
import { parseSettings } from '../../src/config/settings';
import { buildDocument } from '../../src/app/openapi';
import { createApp } from '../../src/start';
import { checkedAgent } from '../support/contract-callers';
import { DESTINATION_ID, fault, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';
import { until } from '../support/until';

const ORDERS = { name: 'Secret name', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };

interface Route {
  readonly name: string;
  readonly method: string;
  readonly handler: object;
}

let upstream: ScriptedUpstream;
let app: NestFastifyApplication;
let url: string;
const lines: Record<string, unknown>[] = [];

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  const settings = parseSettings({
    PORT: '0',
    AIRBYTE_TIMEOUT_MS: '1000',
    AIRBYTE_CREATE_TIMEOUT_MS: '1000',
  });
  const airbyte = { ...settings.airbyte, apiUrl: upstream.url };
  const logger = pino(
    { base: null },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  app = await createApp({ ...settings, airbyte }, systemClock, logger);
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterEach(() => {
  upstream.clear();
  lines.length = 0;
});
afterAll(async () => {
  await app.close();
  await upstream.close();
});

/** Every method of every controller that Nest serves. */
function routes(): Route[] {
  const modules = [...app.get(ModulesContainer).values()];
  const controllers = modules.flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => {
    const prototype = metatype?.prototype as Record<string, object> | undefined;
    return Object.getOwnPropertyNames(prototype ?? {}).flatMap((name) => {
      if (name === 'constructor') return [];
      const handler = prototype?.[name];
      const isRoute = typeof handler === 'function' && Reflect.hasMetadata(PATH_METADATA, handler);
      if (!isRoute) return [];
      const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
      return [{ name, method, handler }];
    });
  });
}

describe('every route', () => {
  /** They send a body, but change nothing. */
  const READING_POSTS = ['previewSchedule', 'getIngestionStatuses', 'checkIngestion'];
  const OPEN = ['getLiveness', 'getReadiness', 'getMetrics'];

  it('says who may use it; only the probes are open', () => {
    const known = routes();
    expect(known.length).toBeGreaterThan(8);
    expect(known.filter(({ handler }) => rulesOf(handler).access === undefined)).toEqual([]);
    const open = known.filter(({ handler }) => rulesOf(handler).access === 'open');
    expect(open.map(({ name }) => name).filter((name) => !OPEN.includes(name))).toEqual([]);
  });

  it('that changes something needs the scope for it, and takes an Idempotency-Key if it is a POST', () => {
    const changing = routes().filter(
      ({ method, handler }) => method !== 'GET' && rulesOf(handler).access !== 'ingestion:read',
    );
    expect(changing.filter(({ handler }) => rulesOf(handler).access !== 'ingestion:write')).toEqual([]);
    const posts = changing.filter(({ method }) => method === 'POST');
    expect(posts.length).toBeGreaterThan(2);
    expect(posts.filter(({ handler }) => rulesOf(handler).idempotent !== true)).toEqual([]);
  });

  it('that sends a body but needs no more than the scope to read is known to change nothing', () => {
    const reading = routes().filter(
      ({ method, handler }) => method !== 'GET' && rulesOf(handler).access === 'ingestion:read',
    );
    expect(reading.map(({ name }) => name).filter((name) => !READING_POSTS.includes(name))).toEqual([]);
  });

  it('says in the API description what it needs', () => {
    const paths = Object.values(buildDocument(app).paths);
    const operations = paths.flatMap((path) => [path.get, path.post, path.patch, path.put, path.delete]);
    const described = new Map(operations.map((operation) => [operation?.operationId, operation]));
    for (const { name, handler } of routes()) {
      const operation = described.get(name) as Record<string, unknown> | undefined;
      const { access, idempotent } = rulesOf(handler);
      const isOpen = access === 'open';
      expect([name, operation?.['x-required-scope']]).toEqual([name, isOpen ? undefined : access]);
      expect([name, operation?.['security'] ?? []]).toEqual([
        name,
        isOpen ? [] : [{ apiKey: [] }, { bearer: [] }],
      ]);
      expect(JSON.stringify(operation).includes('Idempotency-Key')).toBe(idempotent === true);
    }
  });
});

describe('bodies', () => {
  const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  it.each([21, 10_000, 49_000])(
    'nested %i levels deep are refused before anybody looks into them',
    async (levels) => {
      const body = `{"name": ${nested(levels - 1)}}`;
      const response = await checkedAgent(url)
        .post('/ingestion')
        .type('application/json')
        .send(body)
        .expect(400);
      expect(response.body).toMatchObject({ code: 'malformed-body' });
    },
  );

  it('nested less are judged by their fields', async () => {
    const body = `{"name": ${nested(19)}}`;
    const response = await checkedAgent(url)
      .post('/ingestion')
      .type('application/json')
      .send(body)
      .expect(400);
    expect(response.body).toMatchObject({ code: 'validation-failed' });
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])(
    'that a web page could send without asking are refused: %s',
    async (type) => {
      await checkedAgent(url).post('/ingestion').set('content-type', type).send('name=x').expect(415);
      expect(upstream.requests).toEqual([]);
    },
  );
});

describe('slow clients', () => {
  const answerTo = (port: number, text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      socket.on('error', reject).on('close', () => {
        resolve(answer);
      });
    });

  const LIMITS = { headersMs: 500, requestMs: 1000, checkMs: 20 };
  let server: FastifyInstance;

  beforeEach(async () => {
    server = createFastifyAdapter(pino({ level: 'silent' }), LIMITS).getInstance();
    server.post('/', () => 'never');
    // More than fits between the two.
    server.get('/', () => 'x'.repeat(20_000_000));
    await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(() => server.close());

  const port = (): number => server.addresses()[0]?.port ?? 0;

  it.each([
    ['headers', 'POST / HTTP/1.1\r\nhost: localhost\r\n'],
    [
      'a body',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    ],
  ])('that never end %s are cut off with a problem', async (_what, text) => {
    const answer = await answerTo(port(), text);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"malformed-request"');
  });

  it('that send nothing at all are cut off', async () => {
    expect(await answerTo(port(), '')).toMatch(/^HTTP\/1\.1 400 /);
  });

  const connections = async (): Promise<number> =>
    new Promise((resolve) => {
      server.server.getConnections((_error, count) => {
        resolve(count);
      });
    });

  it('that do not read on in their answer are cut off', async () => {
    const socket = connect(port(), '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'),
    );
    socket.on('error', () => undefined).pause();
    await until('it to be connected', async () => (await connections()) === 1);
    expect(await until('it to be cut off', async () => (await connections()) === 0)).toBe(true);
    socket.destroy();
  });

  it('that read on, however slowly, have the whole of it', async () => {
    const socket = connect(port(), '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'),
    );
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      socket.pause();
      setTimeout(() => socket.resume(), 5);
    });
    const startedAt = performance.now();
    await until('all of it', () => bytes > 20_000_000);
    expect(performance.now() - startedAt).toBeGreaterThan(LIMITS.requestMs);
    socket.destroy();
  });
});

describe('the audit log', () => {
  const changes = (): Record<string, unknown>[] => lines.filter((line) => line['audit'] === true);

  it('has one line for a creation: who, what, which id, what came of it', async () => {
    const created = await checkedAgent(url)
      .post('/ingestion')
      .set('x-request-id', 'abc')
      .send(ORDERS)
      .expect(201);
    expect(changes()).toHaveLength(1);
    expect(changes()[0]).toMatchObject({
      caller: 'anonymous',
      address: '127.0.0.1',
      action: 'POST /ingestion',
      connectionId: (created.body as { connectionId: string }).connectionId,
      status: 201,
      outcome: 'done',
      requestId: 'abc',
    });
  });

  it('has one for what was refused, what failed, and what was replayed', async () => {
    const create = (body: object): ReturnType<ReturnType<typeof checkedAgent>['post']> =>
      checkedAgent(url).post('/ingestion').set('idempotency-key', 'audit').send(body);
    await create({ name: '' });
    await create(ORDERS);
    await create(ORDERS);
    upstream.on('POST /connections', () => fault('reset'));
    await checkedAgent(url).post('/ingestion').send(ORDERS);
    expect(changes().map(({ outcome, replayed }) => [outcome, replayed])).toEqual([
      ['validation-failed', undefined],
      ['done', undefined],
      ['done', true],
      ['outcome-unknown', undefined],
    ]);
  });

  it('names the ids of runs and of what was deleted', async () => {
    const { connectionId } = upstream.state.addConnection();
    await checkedAgent(url).post(`/ingestion/${connectionId}/runs`).expect(202);
    await checkedAgent(url).delete(`/ingestion/${connectionId}`).expect(204);
    expect(changes()).toEqual([
      expect.objectContaining({ action: 'POST /ingestion/:connectionId/runs', connectionId, runId: '1' }),
      expect.objectContaining({ action: 'DELETE /ingestion/:connectionId', connectionId, outcome: 'done' }),
    ]);
  });

  it('has none for reads, and no line of the log ever holds a body', async () => {
    await checkedAgent(url).post('/ingestion').send(ORDERS).expect(201);
    const schedule = { scheduleType: 'cron', cronExpression: '0 2 * * *' };
    await checkedAgent(url).post('/schedule/preview').send({ schedule }).expect(200);
    await checkedAgent(url).get('/ingestion/x/status').set('authorization', 'Bearer very-secret').expect(404);
    expect(changes()).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toMatch(/Secret name|0 2 \* \* \*|very-secret/);
  });
});
