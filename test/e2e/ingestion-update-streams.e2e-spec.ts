import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SAMPLE_CONNECTION_ID } from '../../src/embedded/samples/ids';
import { startGateway, type TestGateway } from '../support/gateway';
import { ingestionBench, UUID } from '../support/ingestion-bench';
import { fault, json, problem } from '../support/scripted-upstream';

const ORDERS = {
  name: 'orders',
  namespace: 'shop',
  syncMode: 'incremental_append',
  cursorField: ['ordered_at'],
  primaryKey: [['id']],
};
const USERS = { name: 'users', syncMode: 'full_refresh_overwrite', cursorField: [], primaryKey: [] };
const MODES = ['full_refresh_overwrite', 'full_refresh_append', 'incremental_append'];

interface FieldError {
  readonly field: string;
}

describe('PATCH of streams', () => {
  const bench = ingestionBench();
  const { patch, read, sent } = bench;

  beforeEach(() => {
    bench.connection({ configurations: { streams: [ORDERS, USERS] } });
  });

  it('replaces the whole list and nothing else', async () => {
    const streams = [{ name: 'users', syncMode: 'full_refresh_append' }];
    const { body } = await patch({ streams }).expect(200);
    expect(sent()).toEqual([{ configurations: { streams } }]);
    expect(body).toMatchObject({ streams, status: 'active' });
    expect((await read()).body).toMatchObject({ streams });
  });

  it('sends other changes with it', async () => {
    await patch({ name: 'New', status: 'inactive', streams: [{ name: 'users' }] }).expect(200);
    expect(sent()).toEqual([
      { name: 'New', status: 'inactive', configurations: { streams: [{ name: 'users' }] } },
    ]);
  });

  it('sends nothing for the list that a read returned, in any order', async () => {
    const { streams } = (await read()).body;
    await patch({ streams }).expect(200);
    await patch({ streams: [...streams].reverse() }).expect(200);
    expect(sent()).toEqual([]);
  });

  it.each([
    ['a mode', [ORDERS, { ...USERS, syncMode: 'full_refresh_append' }]],
    ['a cursor', [{ ...ORDERS, cursorField: ['changed_at'] }, USERS]],
    ['a key', [{ ...ORDERS, primaryKey: [['id'], ['line']] }, USERS]],
    ['a namespace', [{ ...ORDERS, namespace: 'crm' }, USERS]],
    ['the default of a stored value', [{ name: 'orders', namespace: 'shop' }, USERS]],
    ['one stream twice', [USERS, USERS]],
  ])('sends a list that changes %s', async (_case, streams) => {
    await patch({ streams }).expect(200);
    expect(sent()).toEqual([{ configurations: { streams } }]);
  });

  it('keeps the settings of a stream that this API does not have', async () => {
    const hidden = {
      selectedFields: [{ fieldPath: ['id'] }],
      mappers: [{ id: 'm', type: 'hashing', mapperConfiguration: { targetField: 'email' } }],
    };
    bench.connection({
      connectionId: UUID,
      configurations: {
        streams: [
          { ...ORDERS, ...hidden },
          { ...USERS, mappers: [], selectedFields: [] },
        ],
      },
    });
    const streams = [{ ...ORDERS, syncMode: 'full_refresh_append' }, { name: 'users' }, { name: 'new' }];
    await patch({ streams }).expect(200);
    expect(sent()).toEqual([
      {
        configurations: {
          streams: [
            { ...ORDERS, ...hidden, syncMode: 'full_refresh_append' },
            { name: 'users' },
            { name: 'new' },
          ],
        },
      },
    ]);
  });

  it('compares the version first, which changes with the streams', async () => {
    const { etag } = await read();
    await patch({ streams: [{ name: 'users' }] }, { 'if-match': etag }).expect(200);
    const stale = await patch({ streams: [{ name: 'orders' }] }, { 'if-match': etag }).expect(412);
    expect(stale.body).toMatchObject({ code: 'precondition-failed' });
    expect(sent()).toHaveLength(1);
  });

  describe('that the source does not have', () => {
    beforeEach(() => {
      bench.upstream.state.streams = [
        { streamName: 'orders', streamnamespace: 'shop', syncModes: MODES, propertyFields: [['id']] },
        { streamName: 'users', syncModes: MODES, propertyFields: [['id'], ['email']] },
      ];
    });

    it('is refused by field with the streams that exist', async () => {
      const { body } = await patch({ streams: [{ name: 'users' }, { name: 'order' }] }).expect(422);
      expect(body).toMatchObject({
        code: 'rejected-by-airbyte',
        errors: [{ field: 'streams[1].name', hint: 'Did you mean orders? The streams are: orders, users.' }],
      });
      expect((await read()).body).toMatchObject({ streams: [{ name: 'orders' }, { name: 'users' }] });
    });

    it.each([
      [{ syncMode: 'incremental_deduped_history' }, 'streams[0].syncMode'],
      [{ syncMode: 'incremental_append', cursorField: ['nothing'] }, 'streams[0].cursorField'],
      [{ primaryKey: [['nothing']] }, 'streams[0].primaryKey'],
      [{ namespace: 'crm' }, 'streams[0].namespace'],
    ])('%j is named by field', async (members, field) => {
      bench.upstream.on('PATCH /connections/:id', () => problem(400, 'The streams are invalid.'));
      const { body } = await patch({ streams: [{ name: 'users', ...members }] }).expect(422);
      expect((body as { errors: FieldError[] }).errors.map((error) => error.field)).toEqual([field]);
    });

    it("keeps Airbyte's message where the list of streams cannot be read", async () => {
      bench.upstream.on('GET /streams', () => json(500, { message: 'down' }));
      const { body } = await patch({ streams: [{ name: 'order' }] }).expect(422);
      expect(body).toMatchObject({ detail: expect.stringContaining('[order]') as string });
    });
  });

  it.each([
    [[], 'streams'],
    ['orders', 'streams'],
    [[{}], 'streams[0].name'],
    [[{ name: 'orders', syncMode: 'incremental' }], 'streams[0].syncMode'],
    [[{ name: 'orders', cursorField: 'id' }], 'streams[0].cursorField'],
  ])('refuses %j before anything is sent', async (streams, field) => {
    const { body } = await patch({ streams }).expect(400);
    expect((body as { errors: FieldError[] }).errors.map((error) => error.field)).toEqual([field]);
    expect(bench.upstream.requests).toEqual([]);
  });

  it('sends a change again whose answer was lost', async () => {
    bench.upstream.on('PATCH /connections/:id', (_request, nth) => (nth === 1 ? fault('reset') : undefined));
    await patch({ streams: [{ name: 'users' }] }).expect(200);
    expect(sent()).toHaveLength(2);
  });
});

describe('PATCH of streams with the embedded Airbyte', () => {
  let dataDir: string;
  let gateway: TestGateway;
  const PATH = `/ingestion/${SAMPLE_CONNECTION_ID}`;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'patch-streams-'));
    gateway = await startGateway({ DATA_DIR: dataDir });
  });

  afterAll(async () => {
    await gateway.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('changes a mode, and refuses a stream that does not exist', async () => {
    const before = await gateway.api.get(PATH).expect(200);
    const [{ name }] = (before.body as { streams: [{ name: string }] }).streams;
    const streams = [{ name, syncMode: 'full_refresh_append' }];
    await gateway.api
      .patch(PATH)
      .set('if-match', String(before.headers['etag']))
      .send({ streams })
      .expect(200);
    expect((await gateway.api.get(PATH).expect(200)).body).toMatchObject({ streams });
    const refusal = await gateway.api
      .patch(PATH)
      .send({ streams: [{ name: `${name}x` }] })
      .expect(422);
    expect(refusal.body).toMatchObject({ errors: [{ field: 'streams[0].name' }] });
    expect((await gateway.api.get(PATH).expect(200)).body).toMatchObject({ streams });
  });
});
