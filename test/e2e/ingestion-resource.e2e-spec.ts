import { DAILY, UUID, ingestionBench } from '../support/ingestion-bench';
import { DESTINATION_ID, SOURCE_ID, WORKSPACE_ID } from '../support/scripted-upstream';

const bench = ingestionBench();
const { connection, read, patch, sent } = bench;

describe('GET /ingestion/{connectionId}', () => {
  it('returns every field, with the streams', async () => {
    const streams = [
      {
        name: 'orders',
        namespace: 'public',
        syncMode: 'incremental_append',
        cursorField: ['at'],
        primaryKey: [['id']],
      },
      { name: 'lines' },
    ];
    connection({ schedule: DAILY, configurations: { streams }, createdAt: 1_768_472_000 });
    expect((await read()).body).toEqual({
      connectionId: UUID,
      name: 'Orders to warehouse',
      sourceId: SOURCE_ID,
      destinationId: DESTINATION_ID,
      workspaceId: WORKSPACE_ID,
      status: 'active',
      upstreamStatus: null,
      schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ?', basicTiming: null, timeZone: 'UTC' },
      streams: [
        streams[0],
        { name: 'lines', namespace: null, syncMode: null, cursorField: [], primaryKey: [] },
      ],
      created: '2026-01-15T10:13:20.000Z',
      freshness: null,
    });
  });

  it('has a strong ETag that changes with the fields a caller can write, and answers 304 to it', async () => {
    connection({ schedule: DAILY });
    const { etag } = await read();
    expect(etag).toMatch(/^"[\w-]+"$/);
    const again = await bench.api.get(`/ingestion/${UUID}`).set('if-none-match', `"x", ${etag}`).expect(304);
    expect(again.text).toBe('');
    bench.upstream.state.addJob({ connectionId: UUID });
    expect((await read()).etag).toBe(etag);
    await patch({ name: 'Other' }).expect(200);
    expect((await read()).etag).not.toBe(etag);
  });

  it.each(['GET', 'PATCH'])('answers 404 to %s for a deleted or unknown id', async (method) => {
    connection({ status: 'deprecated' });
    for (const id of [UUID, 'unknown']) {
      const request =
        method === 'GET' ? bench.api.get(`/ingestion/${id}`) : bench.api.patch(`/ingestion/${id}`).send({});
      expect((await request.expect(404)).body).toMatchObject({ code: 'ingestion-not-found' });
    }
    expect(sent()).toEqual([]);
  });
});
