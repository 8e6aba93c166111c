import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedExamples } from '../../src/common/openapi/examples';
import { startGateway, type TestGateway } from '../support/gateway';
import {
  DESTINATION_ID,
  fault,
  json,
  problem,
  type Reply,
  ScriptedUpstream,
  SOURCE_ID,
  type UpstreamRequest,
} from '../support/scripted-upstream';

const FILE = join(__dirname, '..', '..', 'src', 'common', 'openapi', 'examples.json');
const ID = '9924bcd0-99be-453d-ba47-c2c9766f7da5';
const REQUEST_ID = '0b0c8e1e-4f0e-4f57-9a57-0f8f2f3c8a11';
const NOW = new Date('2026-01-15T10:30:00Z');
const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const CRON = { scheduleType: 'cron', cronExpression: '0 2 * * *' };
const QUARTZ = { scheduleType: 'cron', cronExpression: '00 00 02 * * ?' };

interface Scene {
  readonly operation: string;
  readonly name: string;
  readonly summary: string;
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  readonly path: string;
  readonly request?: object;
  readonly text?: string;
  readonly prepare?: (upstream: ScriptedUpstream) => void;
}

const hasRun = (status: string) => (upstream: ScriptedUpstream) => {
  const times = { startTime: '2026-01-15T02:00Z', lastUpdatedAt: '2026-01-15T02:07:41Z' };
  upstream.state.addJob({ connectionId: ID, status, ...times, rowsSynced: 4200, bytesSynced: 1048576 });
};
const answers = (operation: string, reply: Reply) => (upstream: ScriptedUpstream) => {
  upstream.on(operation, () => reply);
};

const at = `/ingestion/${ID}`;
const create = { operation: 'createIngestion', method: 'post', path: '/ingestion' } as const;
const read = { operation: 'getIngestionStatus', method: 'get', path: `${at}/status` } as const;

/** What is sent and answered in the description's examples. A problem is kept once, under its code. */
const SCENES: readonly Scene[] = [
  {
    operation: 'getReadiness',
    name: 'ready',
    summary: 'It can serve requests',
    method: 'get',
    path: '/health/ready',
  },
  {
    ...create,
    name: 'every-night',
    summary: 'Every night at two, in UTC',
    request: { ...ORDERS, schedule: CRON },
  },
  { ...create, name: 'on-demand', summary: 'Only when asked to', request: ORDERS },
  {
    ...create,
    name: 'every-six-hours-inactive',
    summary: 'Every six hours, once it is made active',
    request: {
      ...ORDERS,
      schedule: { scheduleType: 'basic', basicTiming: 'Every 6 HOURS' },
      status: 'inactive',
    },
  },
  {
    ...create,
    path: '/ingestion?validateOnly=true',
    name: 'only-checked',
    summary: 'Only checked, with validateOnly=true',
    request: { ...ORDERS, schedule: CRON },
  },
  {
    ...create,
    name: 'invalid',
    summary: '',
    request: { ...ORDERS, schedule: { ...CRON, cronExpression: '0 0 30 2 *' } },
  },
  { ...create, name: 'broken', summary: '', text: '{"name":' },
  { ...create, name: 'unknown-source', summary: '', request: { ...ORDERS, sourceId: 'nothing' } },
  {
    ...create,
    name: 'refused',
    summary: '',
    request: ORDERS,
    prepare: answers('POST /connections', problem(400, 'The connector refused the configuration.')),
  },
  {
    ...create,
    name: 'failed',
    summary: '',
    request: ORDERS,
    prepare: answers('POST /connections', problem(500, 'Something went wrong in the connector.')),
  },
  {
    ...create,
    name: 'unknown',
    summary: '',
    request: ORDERS,
    prepare: answers('POST /connections', fault('reset')),
  },
  {
    ...create,
    name: 'conflict',
    summary: '',
    request: ORDERS,
    prepare: answers('POST /connections', problem(409, 'The source is being changed.')),
  },
  { ...read, name: 'on-time', summary: 'It arrived last night', prepare: hasRun('succeeded') },
  { ...read, name: 'never', summary: 'It has never synced' },
  { ...read, name: 'gone', summary: '', path: '/ingestion/nothing/status' },
  { ...read, name: 'misbehaved', summary: '', prepare: answers('GET /connections/:id', json(200, { a: 1 })) },
  { operation: 'getIngestion', name: 'whole', summary: 'The whole resource', method: 'get', path: at },
  {
    operation: 'patchIngestion',
    name: 'pause',
    summary: 'Stop the schedule',
    method: 'patch',
    path: at,
    request: { status: 'inactive' },
  },
  {
    operation: 'listIngestions',
    name: 'one',
    summary: 'A page of one',
    method: 'get',
    path: '/ingestion',
    prepare: hasRun('succeeded'),
  },
  {
    operation: 'getIngestionStatuses',
    name: 'two',
    summary: 'One that is there and one that is not',
    method: 'post',
    path: '/ingestion/status/batch',
    request: { ids: [ID, 'nothing'] },
  },
  {
    operation: 'startRun',
    name: 'now',
    summary: 'Start a run',
    method: 'post',
    path: `${at}/runs`,
    request: {},
  },
  {
    operation: 'startRun',
    name: 'attach',
    summary: 'Attach to the run in progress',
    method: 'post',
    path: `${at}/runs`,
    request: { onConflict: 'attach' },
    prepare: hasRun('running'),
  },
  {
    operation: 'startRun',
    name: 'busy',
    summary: '',
    method: 'post',
    path: `${at}/runs`,
    request: {},
    prepare: hasRun('running'),
  },
  {
    operation: 'listRuns',
    name: 'one',
    summary: 'A history of one',
    method: 'get',
    path: `${at}/runs`,
    prepare: hasRun('succeeded'),
  },
  {
    operation: 'getRun',
    name: 'succeeded',
    summary: 'It moved 4200 rows',
    method: 'get',
    path: `${at}/runs/1`,
    prepare: hasRun('succeeded'),
  },
  { operation: 'getRun', name: 'none', summary: '', method: 'get', path: `${at}/runs/99` },
  {
    operation: 'cancelRun',
    name: 'ended',
    summary: '',
    method: 'post',
    path: `${at}/runs/1/cancel`,
    prepare: hasRun('succeeded'),
  },
  {
    operation: 'previewSchedule',
    name: 'quartz',
    summary: 'A Quartz expression',
    method: 'post',
    path: '/schedule/preview',
    request: { schedule: QUARTZ, from: '2026-01-15T10:30:00Z', count: 3 },
  },
  {
    operation: 'previewSchedule',
    name: 'zone',
    summary: 'In Berlin',
    method: 'post',
    path: '/schedule/preview',
    request: { schedule: { ...CRON, timeZone: 'Europe/Berlin' }, from: '2026-01-15T10:30:00Z', count: 1 },
  },
  { operation: 'listSources', name: 'one', summary: 'One source', method: 'get', path: '/sources' },
  {
    operation: 'listDestinations',
    name: 'one',
    summary: 'One destination',
    method: 'get',
    path: '/destinations',
  },
  { operation: 'getLiveness', name: 'alive', summary: 'It is alive', method: 'get', path: '/health/live' },
  { operation: '', name: 'nowhere', summary: '', method: 'get', path: '/nowhere' },
];

describe('the examples of the description', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
    const budget = { AIRBYTE_TIMEOUT_MS: '2000', AIRBYTE_CREATE_TIMEOUT_MS: '2000', STATUS_MAX_AGE_MS: '0' };
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, ...budget }, () => NOW);
  });
  afterEach(async () => {
    await gateway.close();
    await upstream.close();
  });

  const createsWithId = (request: UpstreamRequest): Reply => {
    const refusal = upstream.act(request);
    const [row] = upstream.state.connections.values();
    return row ? json(200, { ...row, connectionId: ID }) : refusal;
  };

  async function play(scene: Scene): Promise<{ status: number; body: unknown }> {
    upstream.state.clockAheadMs = NOW.getTime() - Date.now();
    if (scene.operation === 'createIngestion') upstream.on('POST /connections', createsWithId);
    else {
      upstream.state.addConnection({
        connectionId: ID,
        createdAt: Date.parse('2026-01-01T00:00:00Z') / 1000,
        schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ? UTC' },
      });
    }
    scene.prepare?.(upstream);
    const request = gateway.api[scene.method](scene.path).set('X-Request-Id', REQUEST_ID);
    const { status, body, text } =
      scene.text === undefined
        ? await request.send(scene.request)
        : await request.type('json').send(scene.text);
    return { status, body: text === '' ? undefined : (body as unknown) };
  }

  it('are what the gateway answers', async () => {
    const operations: Record<string, Record<string, object>> = {};
    const problems: Record<string, unknown> = {};
    for (const [index, scene] of SCENES.entries()) {
      if (index > 0) upstream.clear();
      const { status, body } = await play(scene);
      if (status >= 400) problems[(body as { code: string }).code] = body;
      else
        (operations[scene.operation] ??= {})[scene.name] = {
          summary: scene.summary,
          ...(scene.request && { request: scene.request }),
          status,
          response: body,
        };
    }
    const played: RecordedExamples = JSON.parse(JSON.stringify({ operations, problems })) as RecordedExamples;
    if (process.env['RECORD_EXAMPLES']) writeFileSync(FILE, `${JSON.stringify(played, null, 2)}\n`);
    expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(played);
  });
});
