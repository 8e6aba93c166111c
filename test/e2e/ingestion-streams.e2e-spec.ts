import { startGateway, type TestGateway } from '../support/gateway';
import {
  DESTINATION_ID,
  errorId,
  json,
  problem,
  ScriptedUpstream,
  SOURCE_ID,
} from '../support/scripted-upstream';

const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const MODES = [
  'full_refresh_overwrite',
  'full_refresh_append',
  'incremental_append',
  'incremental_deduped_history',
];
const STREAMS = [
  { streamName: 'orders', syncModes: MODES, propertyFields: [['order_id'], ['ordered_at'], ['total']] },
  {
    streamName: 'customers',
    syncModes: MODES,
    defaultCursorField: ['updated_at'],
    sourceDefinedCursorField: true,
    sourceDefinedPrimaryKey: [['id']],
    propertyFields: [['id'], ['updated_at'], ['address'], ['address', 'city']],
  },
  { streamName: 'events', streamnamespace: 'shop', syncModes: ['full_refresh_append'], propertyFields: [] },
];

interface FieldError {
  readonly field: string;
  readonly reason: string;
  readonly hint: string;
}

describe('streams that a source does not have', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, AIRBYTE_TIMEOUT_MS: '400' });
  });

  beforeEach(() => {
    upstream.state.streams = STREAMS;
  });

  afterEach(async () => {
    release();
    await upstream.idle();
    upstream.clear();
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  /** Holds every answer to `GET /streams` until it is released. */
  let release = (): void => undefined;
  const hold = (): void => {
    const held = new Promise<void>((resolve) => (release = resolve));
    upstream.on('GET /streams', async () => {
      await held;
      return undefined;
    });
  };
  const post = (path: string, streams: unknown): ReturnType<typeof gateway.api.post> =>
    gateway.api.post(path).send({ ...ORDERS, streams });
  const errorsOf = async (path: string, streams: unknown): Promise<FieldError[]> => {
    const response = await post(path, streams).expect(422);
    expect(response.body).toMatchObject({ code: 'rejected-by-airbyte' });
    return (response.body as { errors: FieldError[] }).errors;
  };

  describe.each(['/ingestion', '/ingestion/check'])('POST %s', (path) => {
    it('names the field and the streams that the source has', async () => {
      expect(await errorsOf(path, [{ name: 'order' }])).toEqual([
        {
          field: 'streams[0].name',
          reason: 'names no stream of the source',
          hint: 'Did you mean orders? The streams are: orders, customers, events.',
        },
      ]);
      expect(upstream.state.connections.size).toBe(0);
    });

    it('names every unknown stream', async () => {
      const errors = await errorsOf(path, [{ name: 'order' }, { name: 'customers' }, { name: 'nothing' }]);
      expect(errors.map(({ field }) => field)).toEqual(['streams[0].name', 'streams[2].name']);
    });

    it('lists a limited number of streams and suggestions', async () => {
      upstream.state.streams = Array.from({ length: 3000 }, (_, index) => ({ streamName: `table_${index}` }));
      const wrong = Array.from({ length: 300 }, (_, index) => ({ name: `tabel_${index}` }));
      const errors = await errorsOf(path, wrong);
      expect(errors).toHaveLength(100);
      expect(errors[0]?.hint).toMatch(
        /^Did you mean table_0\? The streams are: table_0, .*, table_19 and 2980 more\.$/,
      );
      expect(errors.filter(({ hint }) => hint.startsWith('Did you mean'))).toHaveLength(10);
    });
  });

  it('keeps the message and status of Airbyte in a refused creation', async () => {
    const response = await post('/ingestion', [{ name: 'order' }]).expect(422);
    const message = 'No streams found with name [order] and namespace [null] in the source schema.';
    expect(response.body).toMatchObject({ detail: message, upstream: { status: 400, message } });
  });

  it.each<[string, () => ReturnType<typeof json>]>([
    ['refuses', () => errorId(500)],
    ['has no such route', () => problem(404, null)],
    ['has nothing wrong to report', () => json(200, [{ streamName: 'order' }])],
    ['answers something else', () => json(200, { data: 'nothing' })],
  ])("relays Airbyte's message where the list of streams %s", async (_case, reply) => {
    upstream.on('GET /streams', reply);
    const response = await post('/ingestion', [{ name: 'order' }]).expect(422);
    expect(response.body).toMatchObject({ detail: expect.stringContaining('[order]') as string });
    expect(response.body).not.toHaveProperty('errors');
    expect(upstream.count('GET /streams')).toBe(1);
  });

  it('returns the message of Airbyte if the list of streams does not arrive in time', async () => {
    hold();
    const response = await post('/ingestion', [{ name: 'order' }]).expect(422);
    expect(response.body).not.toHaveProperty('errors');
  });

  it('does not read the streams if the creation names none, or is refused for another reason', async () => {
    upstream.on('POST /connections', () => problem(400, 'No.'));
    await gateway.api.post('/ingestion').send(ORDERS).expect(422);
    upstream.on('POST /connections', () => problem(409, 'No.'));
    await post('/ingestion', [{ name: 'orders' }]).expect(409);
    expect(upstream.count('GET /streams')).toBe(0);
  });

  describe('POST /ingestion/check', () => {
    it.each<[object, string, RegExp, RegExp]>([
      [{ name: 'events' }, 'syncMode', /left out, which means full_refresh_overwrite/, /full_refresh_append/],
      [
        { name: 'events', syncMode: 'incremental_append' },
        'syncMode',
        /not possible/,
        /: full_refresh_append/,
      ],
      [
        { name: 'events', namespace: 'shops', syncMode: 'full_refresh_append' },
        'namespace',
        /events/,
        /shop/,
      ],
      [{ name: 'orders', namespace: 'shop' }, 'namespace', /orders/, /Leave it out/],
      [{ name: 'orders', syncMode: 'incremental_append' }, 'cursorField', /missing/, /order_id, ordered_at/],
      [
        { name: 'orders', syncMode: 'incremental_append', cursorField: ['orderedat'] },
        'cursorField',
        /orderedat/,
        /Did you mean ordered_at/,
      ],
      [
        { name: 'customers', syncMode: 'incremental_append', cursorField: ['id'] },
        'cursorField',
        /the source defines updated_at/,
        /Leave/,
      ],
      [
        { name: 'orders', syncMode: 'incremental_deduped_history', cursorField: ['ordered_at'] },
        'primaryKey',
        /missing/,
        /order_id/,
      ],
      [
        { name: 'orders', primaryKey: [['order_id'], ['line']] },
        'primaryKey',
        /names no field of this stream: line/,
        /order_id/,
      ],
    ])('names what is wrong with %j: %s', async (stream, member, reason, hint) => {
      expect(await errorsOf('/ingestion/check', [stream])).toEqual([
        {
          field: `streams[0].${member}`,
          reason: expect.stringMatching(reason) as string,
          hint: expect.stringMatching(hint) as string,
        },
      ]);
    });

    it('names a duplicate stream', async () => {
      const errors = await errorsOf('/ingestion/check', [{ name: 'orders' }, { name: 'orders' }]);
      expect(errors).toEqual([expect.objectContaining({ field: 'streams[1].name' })]);
    });

    it.each([
      [[{ name: 'orders', syncMode: 'full_refresh_overwrite_deduped' }]],
      [[{ name: 'events', namespace: 'shop', syncMode: 'full_refresh_append', primaryKey: [['anything']] }]],
      [[{ name: 'customers', syncMode: 'incremental_deduped_history', cursorField: ['updated_at'] }]],
      [[{ name: 'customers', primaryKey: [['address', 'city', 'unlisted']] }]],
    ])('finds nothing wrong with %j', async (streams) => {
      const response = await post('/ingestion/check', streams).expect(200);
      expect(response.body).toMatchObject({ unchecked: [] });
    });

    it('ignores an unreadable stream', async () => {
      upstream.on('GET /streams', () => json(200, [{ streamName: 7 }, { streamName: 'orders' }, null]));
      expect(await errorsOf('/ingestion/check', [{ name: 'order' }])).toHaveLength(1);
    });

    it('names the unchecked fields if Airbyte does not return the schema in time', async () => {
      hold();
      const response = await post('/ingestion/check', [{ name: 'order' }]).expect(200);
      expect(response.body).toMatchObject({
        unchecked: [
          { field: 'streams', reason: expect.stringContaining('still reading the schema') as string },
        ],
      });
    });

    it('returns the reason why Airbyte could not read the schema', async () => {
      upstream.on('GET /streams', () => problem(500, 'Something went wrong in the connector.'));
      const response = await post('/ingestion/check', [{ name: 'order' }]).expect(200);
      expect(response.body).toMatchObject({
        unchecked: [{ field: 'streams', reason: 'Something went wrong in the connector.' }],
      });
      expect(upstream.count('GET /streams')).toBe(1);
    });

    it('reads one schema at a time for a caller, whatever the number of requests', async () => {
      hold();
      upstream.state.addSource('another');
      const orders = await post('/ingestion/check', [{ name: 'order' }]).expect(200);
      await gateway.api
        .post('/ingestion/check')
        .send({ ...ORDERS, sourceId: 'another', streams: [{ name: 'order' }] })
        .expect(200);
      expect(orders.body).toMatchObject({ unchecked: [{ field: 'streams' }] });
      expect(upstream.count('GET /streams')).toBe(1);
      const again = post('/ingestion/check', [{ name: 'order' }]).expect(422);
      release();
      await again;
    });
  });
});
