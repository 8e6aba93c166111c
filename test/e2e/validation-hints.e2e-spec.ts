import { startGateway, type TestGateway } from '../support/gateway';
import { DESTINATION_ID, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';

const ORDERS = { name: 'Orders', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly reason: string; readonly hint: string }[];
}

let upstream: ScriptedUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  gateway = await startGateway({ AIRBYTE_API_URL: upstream.url });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const check = async (body: object, status = 400): Promise<Problem> =>
  (await gateway.api.post('/ingestion/check').send(body).expect(status)).body as Problem;
const raw = async (text: string, type = 'application/json'): Promise<Problem> =>
  (await gateway.api.post('/ingestion/check').set('content-type', type).send(text)).body as Problem;

describe('invalid JSON', () => {
  it.each([
    ['{"name":"x",}', 'line 1, column 13: "}" is unexpected. Write a member name in double quotes'],
    [
      "{'name': 'x'}",
      'line 1, column 2: "\'name\'" has the wrong quotes. Write strings in double quotes (").',
    ],
    ['{“name”: “x”}', 'line 1, column 2: "“name”" has the wrong quotes'],
    ['{"name": True}', '"True" is not a JSON value. Write true, false and null in lower case.'],
    ['{"name": None}', '"None" is not a JSON value. Write null, or omit the member.'],
    ['{"name": -Infinity}', '"-" is not a valid JSON number.'],
    ['{"name": +1}', '"+1" is not a valid JSON number.'],
    ['{"name": 0x1F}', '"x1F" is not a valid JSON number.'],
    ['{"name": "x"} and more', 'line 1, column 15: "and" is after the end of the JSON value. Remove it.'],
    ['{"name": ["x"}', 'line 1, column 14: "}" does not match the last open bracket.'],
    [
      '{\n  "name": "x"\n  "sourceId": "y"\n}',
      'line 3, column 3: "\\"sourceId\\"" is unexpected. Write a comma before it.',
    ],
    ['name: x', 'line 1, column 1: "name" is not a JSON value'],
    ['{"name": "x"} {}', 'line 1, column 15: "{" is after the end of the JSON value. Remove it.'],
    ['{"name": "x"', 'ends too early, at line 1, column 13'],
    ['{"name": 01}', 'line 1, column 11: "1" follows a leading 0. Remove the 0.'],
    ['{"a": [1, 2,, 3]}', 'line 1, column 13'],
    ['{"name": "a\tb"}', 'line 1, column 10'],
    ['{"name": "x", "name": "y"}', 'line 1, column 15: "\\"name\\"" is a duplicate member. Keep one.'],
    ['{"schedule": {"scheduleType": "cron", "scheduleType": "basic"}}', 'is a duplicate'],
    ['{"name": "x", "n\\u0061me": "y"}', 'is a duplicate'],
  ])('is refused with the place: %s', async (text, detail) => {
    const problem = await raw(text);
    expect(problem.code).toBe('malformed-body');
    expect(problem.detail).toContain(detail);
  });

  it.each([
    ['application/json; charset=iso-8859-1', 'iso-8859-1'],
    ['text/csv', '"text/csv"'],
    ['application/x-www-form-urlencoded', '"application/x-www-form-urlencoded"'],
  ])('is refused by what was received: %s', async (type, received) => {
    const problem = await raw('a,b', type);
    expect(problem.code).toBe('unsupported-media-type');
    expect(problem.detail).toContain(received);
  });

  it.each([
    ['[{"name": "x"}]', 'must be a JSON object, not an array', 'Send {'],
    ['"{\\"name\\": \\"x\\"}"', 'must be a JSON object, not a string', 'encoded twice'],
    ['null', 'must be a JSON object, not null', 'Send {'],
  ])('that is no object is refused by its type: %s', async (text, reason, hint) => {
    const [error] = (await raw(text)).errors ?? [];
    expect(error).toMatchObject({ field: 'body', reason, hint: expect.stringContaining(hint) as unknown });
  });

  it('is also reported with the charset UTF-8', async () => {
    expect((await raw('{}', 'application/json; charset="UTF-8"')).code).toBe('validation-failed');
  });
});

describe('a path without a route', () => {
  it.each([
    ['/ingestion/', '/ingestion'],
    ['/Ingestion', '/ingestion'],
    ['/ingestions', '/ingestion'],
    ['/api/v1/ingestion', '/ingestion'],
    ['/source/abc', '/sources/{sourceId}'],
    ['/sources/abc/stream', '/sources/{sourceId}/streams'],
    ['/health', '/health/ready'],
    ['/swagger.json', '/openapi.json'],
    ['/ingestion/abc/statuses', '/ingestion/{connectionId}/status'],
    ['/ingestion/abc/run', '/ingestion/{connectionId}/runs'],
    ['/v1/schedule/previews', '/schedule/preview'],
    ['/v1/jobs', '/ingestion/{connectionId}/runs'],
    ['/api/public/v1/connections', '/ingestion'],
    ['/doc', '/docs'],
    ['/jobs/12', '/ingestion/{connectionId}/runs/{runId}'],
    ['/runs', '/ingestion/{connectionId}/runs'],
    ['/connections/abc/sync', '/ingestion/{connectionId}/runs'],
    ['/ingestion/abc/reset', '/ingestion/{connectionId}/runs'],
    ['/ingestion/abc/logs', '/ingestion/{connectionId}/runs/{runId}/logs'],
    ['/ingestion/abc/stop', '/ingestion/{connectionId}/runs/{runId}/cancel'],
    ['/ingestion/abc/disable', 'PATCH /ingestion/{connectionId} with {"status": "inactive"}'],
    ['/api/v1/connections/abc/enable', 'PATCH /ingestion/{connectionId} with {"status": "active"}'],
  ])('%s is answered with the nearest one', async (path, nearest) => {
    const { body } = await gateway.api.get(path).expect(404);
    expect((body as Problem).detail).toBe(
      `No operation has this path. The nearest one is ${nearest}. GET /docs lists them all.`,
    );
  });

  it.each(['/completely/elsewhere', '/v1/logs'])(
    '%s is answered without a suggestion, because no route is similar',
    async (path) => {
      const { body } = await gateway.api.get(path).expect(404);
      expect((body as Problem).detail).toBe('No operation has this path. GET /docs lists them all.');
    },
  );
});

describe('an unknown field', () => {
  it.each([
    [{ sourceID: 'x' }, 'sourceID', 'Did you mean sourceId?'],
    [{ source_id: 'x' }, 'source_id', 'Did you mean sourceId?'],
    [{ shedule: {} }, 'shedule', 'Did you mean schedule?'],
    [
      { schedule: { scheduleType: 'cron', cron: '0 2 * * *' } },
      'schedule.cron',
      'Did you mean cronExpression?',
    ],
    [
      { schedule: { scheduleType: 'basic', basicSchedule: { units: 6, timeUnit: 'hours' } } },
      'schedule.basicSchedule',
      '"basicTiming": "Every 6 HOURS"',
    ],
    [
      { schedule: { scheduleType: 'basic', units: 90, timeUnit: 'minutes' } },
      'schedule.units',
      '"basicTiming": "Every 90 MINUTES"',
    ],
    [
      { schedule: { scheduleType: 'cron', cronData: { cronExpression: '0 4 * * *' } } },
      'schedule.cronData',
      '"cronExpression": "0 4 * * *"',
    ],
    [{ schedule: 'manual' }, 'schedule', 'Write {"scheduleType": "manual"}.'],
    [{ cron: '0 4 * * *' }, 'cron', 'It belongs into schedule'],
    [{ frequency: 'daily' }, 'frequency', 'It belongs into schedule'],
    [{ enabled: false }, 'enabled', '"status": "inactive"'],
    [{ title: 'Orders' }, 'title', 'Did you mean name?'],
    [{ tables: ['orders'] }, 'tables', 'Did you mean streams?'],
    [{ workspaceId: 'w' }, 'workspaceId', 'the workspace of its source'],
    [{ colour: 'red' }, 'colour', 'Remove it.'],
  ])('is answered with the one that was meant: %j', async (body, field, hint) => {
    const { errors = [] } = await check({ ...ORDERS, ...body });
    expect(errors.find((error) => error.field === field)?.hint).toContain(hint);
  });

  it.each([
    ['in a body', { ['x'.repeat(30_000)]: 1 }, `${'x'.repeat(100)}…`],
    [
      'of an object in a body',
      { schedule: { scheduleType: 'manual', ['y'.repeat(101)]: 1 } },
      `schedule.${'y'.repeat(100)}…`,
    ],
    ['with a surrogate pair at the cut', { [`${'z'.repeat(99)}😀`]: 1 }, `${'z'.repeat(99)}…`],
    ['that fits', { ['w'.repeat(100)]: 1 }, 'w'.repeat(100)],
  ])('is cut if its name is long: %s', async (_, body, field) => {
    const problem = await check({ ...ORDERS, ...body });
    expect(problem.detail).toBe(`1 field is invalid: ${field}.`);
    expect(problem.errors?.map((error) => error.field)).toEqual([field]);
  });

  it('in a query is cut if its name is long', async () => {
    const { body } = await gateway.api.get(`/ingestion?${'q'.repeat(5000)}=1`).expect(400);
    expect((body as Problem).errors?.map(({ field }) => field)).toEqual([`${'q'.repeat(100)}…`]);
  });

  it('of a change is reported as not changeable if a creation accepts it', async () => {
    const { body } = await gateway.api.patch('/ingestion/some').send({ sourceId: 'x' }).expect(400);
    expect((body as Problem).errors).toEqual([
      {
        field: 'sourceId',
        reason: 'cannot be changed',
        hint: expect.stringContaining('POST /ingestion') as string,
      },
    ]);
  });
});

it('an absent or null field is reported as missing', async () => {
  const { errors = [] } = await check({ sourceId: null, schedule: {} });
  expect(errors.map(({ field, reason }) => [field, reason])).toEqual(
    expect.arrayContaining([
      ['name', 'is missing'],
      ['sourceId', 'is missing'],
      ['destinationId', 'is missing'],
      ['schedule.scheduleType', 'is missing'],
    ]),
  );
});

it('swapped ids are reported as swapped', async () => {
  const { errors = [] } = await check({ ...ORDERS, sourceId: DESTINATION_ID, destinationId: SOURCE_ID }, 422);
  expect(errors.map(({ field, reason }) => [field, reason])).toEqual([
    ['sourceId', 'is the id of a destination'],
    ['destinationId', 'is the id of a source'],
  ]);
});

it('an unknown id is answered with the endpoint that lists the ids', async () => {
  const { body } = await gateway.api.get('/ingestion/unknown/status').expect(404);
  expect((body as Problem).detail).toContain('GET /ingestion lists the ingestions.');
});

describe('a value or path of another API', () => {
  it.each([
    [{ schedule: '0 2 * * *' }, 'Write {"scheduleType":"cron","cronExpression":"0 2 * * *"}.'],
    [{ schedule: 'Every 6 HOURS' }, 'Write {"scheduleType":"basic","basicTiming":"Every 6 HOURS"}.'],
    [{ schedule: 'x'.repeat(5000) }, 'Write e.g. {"scheduleType": "cron"'],
    [
      { schedule: { cronExpression: '0 2 * * *' } },
      'Write "scheduleType": "cron" beside the cronExpression.',
    ],
    [{ schedule: { scheduleType: 'CRON', cronExpression: '0 2 * * *' } }, 'Did you mean cron?'],
    [{ schedule: { scheduleType: 'interval' } }, 'Did you mean basic?'],
    [{ schedule: { scheduleType: 'basic', basicTiming: '6h' } }, 'write "Every 6 HOURS"'],
    [{ schedule: { scheduleType: 'basic', basicTiming: 'hourly' } }, 'write "Every 1 HOURS"'],
    [{ schedule: { scheduleType: 'basic', basicTiming: 'PT30M' } }, 'write "Every 30 MINUTES"'],
    [{ schedule: { scheduleType: 'basic', basicTiming: 'P1M' } }, 'such as "Every 6 HOURS"'],
    [{ status: 'paused' }, 'Did you mean inactive?'],
    [{ status: true }, 'Did you mean active?'],
    [
      { streams: [{ name: 'orders', syncMode: 'incremental' }] },
      'Did you mean incremental_append or incremental_deduped_history',
    ],
  ])('gets a hint with what to write: %j', async (fields, hint) => {
    const { errors = [] } = await check({ ...ORDERS, ...fields });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.hint).toContain(hint);
  });

  it.each([
    ['/ingestion?limit=5', 'Did you mean pageSize?'],
    ['/sources?page=2', 'Did you mean pageToken?'],
    ['/ingestion?status=paused', 'Did you mean inactive?'],
    ['/ingestion?health=late', 'Did you mean running_late?'],
    ['/ingestion/c/runs?status=success', 'Did you mean succeeded?'],
    ['/ingestion/c/status?freshness=6h', 'Did you mean PT6H?'],
    ['/ingestion/c/status?freshness=2%20d', 'Did you mean P2D?'],
    ['/ingestion/c/status?freshness=3600', 'Did you mean PT3600S?'],
    ['/ingestion/c/status?freshness=6%20hours', 'Did you mean PT6H?'],
    ['/ingestion/c/status?freshness=90min', 'Did you mean PT90M?'],
    ['/ingestion/c/status?freshness=P6H', 'Did you mean PT6H?'],
    ['/ingestion/c/status?freshness=PT1.5H', 'Did you mean PT90M?'],
    ['/ingestion/c/status?freshness=1h30m', 'Did you mean PT90M?'],
    ['/ingestion/c/status?freshness=P1M', 'Write e.g. PT6H'],
  ])('gets a hint with what to write: %s', async (path, hint) => {
    const { errors = [] } = (await gateway.api.get(path).expect(400)).body as Problem;
    expect(errors[0]?.hint).toContain(hint);
  });

  it('is answered with the cancel endpoint if it deletes a run', async () => {
    const { detail } = (await gateway.api.delete('/ingestion/c/runs/1').expect(405)).body as Problem;
    expect(detail).toBe(
      'This path takes GET, HEAD, not DELETE. Cancel a run with POST /ingestion/{connectionId}/runs/{runId}/cancel.',
    );
    const other = (await gateway.api.put('/ingestion/c/runs/1').expect(405)).body as Problem;
    expect(other.detail).toBe('This path takes GET, HEAD, not PUT.');
  });

  it('is answered with the runs endpoint if it starts a sync', async () => {
    const { detail } = (await gateway.api.post('/ingestion/c/sync').expect(404)).body as Problem;
    expect(detail).toContain('/ingestion/{connectionId}/runs');
  });
});
