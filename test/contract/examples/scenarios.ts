import { fault, type ScriptedUpstream } from '../../support/scripted-upstream';
import { attempt, EVENTS, serveInternalApi, STRUCTURED_LOG } from '../../support/upstream-internal';
import { serveSample } from '../../support/serve-connectors';
import { CONNECTION_ID as ID, CRON, ORDERS } from '../answers/calls';
import { CONNECTOR_EXAMPLES } from './connector-examples';
import type { ExampleScenario } from './scenario';

const QUARTZ = { scheduleType: 'cron', cronExpression: '00 00 02 * * ?' };

const hasRun = (status: string) => (upstream: ScriptedUpstream) => {
  const times = { startTime: '2026-01-15T02:00Z', lastUpdatedAt: '2026-01-15T02:07:41Z' };
  upstream.state.addJob({ connectionId: ID, status, ...times, rowsSynced: 4200, bytesSynced: 1048576 });
};
/** A run that failed, and an internal API that knows why. */
const failed = (upstream: ScriptedUpstream): void => {
  hasRun('failed')(upstream);
  const streams = [{ streamName: 'orders', recordsEmitted: 10, recordsCommitted: 4, bytesCommitted: 1024 }];
  const startedAt = Date.parse('2026-01-15T02:00:10Z') / 1000;
  const internal = serveInternalApi(upstream);
  internal.jobs.set(1, { attempts: [attempt(0)], streams, startedAt, log: STRUCTURED_LOG });
  internal.events = EVENTS;
};
const ORDERS_STREAM = {
  streamName: 'orders',
  syncModes: [
    'full_refresh_overwrite',
    'full_refresh_append',
    'incremental_append',
    'incremental_deduped_history',
  ],
  defaultCursorField: ['updated_at'],
  sourceDefinedCursorField: false,
  sourceDefinedPrimaryKey: [['order_id']],
  propertyFields: [['order_id'], ['customer', 'name'], ['updated_at']],
};
/** Without an end, because a date in an example would be over some day. */
const MAINTENANCE = { reason: 'The warehouse is being moved.' };
const at = `/ingestion/${ID}`;
const create = { operation: 'createIngestion', method: 'post', path: '/ingestion' } as const;
const read = { operation: 'getIngestionStatus', method: 'get', path: `${at}/status` } as const;

/** Requests of the examples in the API description. A refused one takes the place of its scenario. */
export const EXAMPLE_SCENARIOS: readonly ExampleScenario[] = [
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
    name: 'one-stream',
    summary: 'One stream, only what is new',
    request: {
      ...ORDERS,
      schedule: CRON,
      streams: [{ name: 'orders', syncMode: 'incremental_append', cursorField: ['ordered_at'] }],
    },
  },
  {
    operation: 'checkIngestion',
    method: 'post',
    path: '/ingestion/check',
    name: 'every-night',
    summary: 'Whether this could be created',
    request: { ...ORDERS, schedule: CRON },
  },
  {
    ...create,
    name: 'invalid',
    summary: '',
    request: { ...ORDERS, schedule: { ...CRON, cronExpression: '0 0 30 2 *' } },
  },
  { ...read, name: 'on-time', summary: 'It arrived last night', prepare: hasRun('succeeded') },
  { ...read, name: 'never', summary: 'It has never synced' },
  { operation: 'getIngestion', name: 'whole', summary: 'The whole resource', method: 'get', path: at },
  // The first example of an operation is the one that tools send: an ingestion that is paused runs nothing.
  {
    operation: 'patchIngestion',
    name: 'reschedule',
    summary: 'Every hour from now on',
    method: 'patch',
    path: at,
    request: { schedule: { scheduleType: 'cron', cronExpression: '0 * * * *' } },
  },
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
  {
    operation: 'getRun',
    name: 'failed',
    summary: 'The password was wrong',
    method: 'get',
    path: `${at}/runs/1`,
    prepare: failed,
  },
  {
    operation: 'listRuns',
    name: 'failed',
    summary: 'A history with a failure',
    method: 'get',
    path: `${at}/runs`,
    prepare: failed,
  },
  {
    operation: 'getRunLog',
    name: 'failed',
    summary: 'The end of the log of a failed run',
    method: 'get',
    path: `${at}/runs/1/logs`,
    prepare: failed,
  },
  {
    operation: 'getHistory',
    name: 'paused',
    summary: 'It was changed, failed and was paused',
    method: 'get',
    path: `${at}/history`,
    prepare: failed,
  },
  {
    operation: 'getCapabilities',
    name: 'all-reads',
    summary: 'Everything that could be tried is on',
    method: 'get',
    path: '/capabilities',
    prepare: failed,
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
  {
    operation: 'checkPause',
    name: 'one',
    summary: 'What a pause would change',
    method: 'post',
    path: '/ingestion/pause/check',
    request: { ids: [ID, 'nothing'], pause: MAINTENANCE },
    prepare: serveInternalApi,
  },
  {
    operation: 'pauseIngestions',
    name: 'one',
    summary: 'Pause for maintenance',
    method: 'post',
    path: '/ingestion/pause',
    request: { ids: [ID], pause: MAINTENANCE },
    prepare: serveInternalApi,
  },
  {
    operation: 'checkRun',
    name: 'clear',
    summary: 'What a clear would empty',
    method: 'post',
    path: `${at}/runs/check`,
    request: { type: 'clear' },
    prepare: hasRun('running'),
  },
  {
    operation: 'startRun',
    name: 'refresh',
    summary: 'Read one stream again from the beginning',
    method: 'post',
    path: `${at}/runs`,
    request: { type: 'refresh', mode: 'merge', streams: [{ name: 'orders' }] },
    prepare: (upstream) => {
      serveInternalApi(upstream);
    },
  },
  {
    operation: 'getSourceStreams',
    name: 'one',
    summary: 'One stream and its sync modes',
    method: 'get',
    path: `/sources/${ORDERS.sourceId}/streams?destinationId=${ORDERS.destinationId}`,
    prepare: (upstream) => {
      upstream.state.streams = [ORDERS_STREAM];
    },
  },
  {
    operation: 'getStreamSample',
    name: 'two',
    summary: 'A stream with two rows',
    method: 'get',
    path: `/sources/${ORDERS.sourceId}/streams/orders/sample`,
    prepare: serveSample,
  },
  ...CONNECTOR_EXAMPLES,
  { operation: 'getLiveness', name: 'alive', summary: 'It is alive', method: 'get', path: '/health/live' },
  {
    operation: 'cancelRun',
    name: 'stopped',
    summary: 'It had not ended',
    method: 'post',
    path: `${at}/runs/1/cancel`,
    prepare: hasRun('running'),
  },
  {
    operation: 'cancelRun',
    name: 'stopping',
    summary: 'It has not ended yet',
    method: 'post',
    path: `${at}/runs/1/cancel`,
    prepare: (upstream) => {
      hasRun('running')(upstream);
      upstream.on('DELETE /jobs/:id', () => fault('hang'));
    },
  },
];
