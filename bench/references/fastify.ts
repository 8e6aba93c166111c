import fastify from 'fastify';
import { randomUUID } from 'node:crypto';
import { Agent } from 'undici';
import {
  type Connection,
  created,
  type CreateRequest,
  creationBody,
  type Jobs,
  jobsPath,
  PORT,
  statusOf,
  UPSTREAM,
  UPSTREAM_HEADERS,
} from './answers';

/** A careful implementation by hand: Fastify with its JSON-schema validation, logger and request ids, and undici. */
const ID = '^[A-Za-z0-9._~-]{1,128}$';
const TEXT_OR_NULL = { type: ['string', 'null'], maxLength: 255 };
const ANSWERED_SCHEDULE = {
  type: 'object',
  properties: Object.fromEntries(
    ['scheduleType', 'cronExpression', 'basicTiming', 'timeZone'].map((name) => [name, TEXT_OR_NULL]),
  ),
};
const CREATE = {
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'sourceId', 'destinationId'],
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 255 },
      sourceId: { type: 'string', pattern: ID },
      destinationId: { type: 'string', pattern: ID },
      status: { type: ['string', 'null'], enum: ['active', 'inactive', null] },
      schedule: {
        type: 'object',
        additionalProperties: false,
        required: ['scheduleType'],
        properties: {
          scheduleType: { type: 'string', enum: ['cron', 'basic', 'manual'] },
          cronExpression: TEXT_OR_NULL,
          basicTiming: TEXT_OR_NULL,
          timeZone: TEXT_OR_NULL,
        },
      },
    },
  },
  response: {
    201: answer(['connectionId', 'sourceId', 'destinationId', 'name', 'status', 'created']),
  },
};
const STATUS = {
  params: { type: 'object', properties: { id: { type: 'string', pattern: ID } } },
  response: { 200: answer(['connectionId', 'status', 'lastSync', 'nextSync']) },
};

const agent = new Agent();
const app = fastify({ logger: true, genReqId: () => randomUUID() });

app.addHook('onRequest', (request, reply, done) => {
  void reply.header('x-request-id', request.id);
  done();
});
app.post<{ Body: CreateRequest }>('/ingestion', { schema: CREATE }, async (request, reply) => {
  void reply.code(201);
  const path = `${UPSTREAM.pathname}/connections`;
  return created((await call('POST', path, JSON.stringify(creationBody(request.body)))) as Connection);
});
app.get<{ Params: { id: string } }>(
  '/ingestion/:id/status',
  { schema: STATUS },
  async ({ params: { id } }) => {
    const [connection, jobs] = await Promise.all([
      call('GET', `${UPSTREAM.pathname}/connections/${id}`),
      call('GET', jobsPath(id)),
    ]);
    return statusOf(connection as Connection, jobs as Jobs);
  },
);
void app.listen({ port: PORT, host: '127.0.0.1' });

async function call(method: 'GET' | 'POST', path: string, body: string | null = null): Promise<unknown> {
  const upstream = await agent.request({
    origin: UPSTREAM.origin,
    path,
    method,
    headers: UPSTREAM_HEADERS,
    body,
  });
  return upstream.body.json();
}

function answer(texts: readonly string[]): Record<string, unknown> {
  const properties = Object.fromEntries(texts.map((name) => [name, { type: ['string', 'null'] }]));
  return { type: 'object', properties: { ...properties, schedule: ANSWERED_SCHEDULE } };
}
