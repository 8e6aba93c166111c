import { gatewayBench } from '../support/gateway-bench';
import { DESTINATION_ID, SOURCE_ID, WORKSPACE_ID } from '../support/scripted-upstream';

const UUID = '9924bcd0-99be-453d-ba47-c2c9766f7da5';
const DAILY = { scheduleType: 'cron', cronExpression: '0 0 2 * * ? UTC' };

const bench = gatewayBench();

describe('GET /sources and GET /destinations', () => {
  it('return id, name, type and workspace, and no configuration', async () => {
    const sources = await bench.api.get('/sources').expect(200);
    expect(sources.body).toEqual({
      data: [{ sourceId: SOURCE_ID, name: 'Orders', type: 'file', workspaceId: WORKSPACE_ID }],
      nextPageToken: null,
    });
    const destinations = await bench.api.get('/destinations').expect(200);
    expect(destinations.body).toEqual({
      data: [
        { destinationId: DESTINATION_ID, name: 'Warehouse', type: 'local-json', workspaceId: WORKSPACE_ID },
      ],
      nextPageToken: null,
    });
    expect(sources.text + destinations.text).not.toContain('secret');
  });

  it.each(['/sources', '/destinations', '/ingestion', `/ingestion/${UUID}/runs`])(
    'return the first page for an empty token: %s',
    async (path) => {
      bench.upstream.state.addConnection({ connectionId: UUID, schedule: DAILY });
      const first = await bench.api.get(path).expect(200);
      expect((await bench.api.get(`${path}?pageToken=`).expect(200)).body).toEqual(first.body);
    },
  );

  it.each(['sources', 'destinations'])('return each of all %s once, page by page', async (kind) => {
    for (let n = 0; n < 250; n++) {
      if (kind === 'sources') bench.upstream.state.addSource(`s-${n}`);
      else bench.upstream.state.addDestination(`d-${n}`);
    }
    const seen: string[] = [];
    let token: string | null = '';
    while (token !== null) {
      const response = await bench.api
        .get(`/${kind}?pageSize=100${token && `&pageToken=${token}`}`)
        .expect(200);
      const page = response.body as { data: Record<string, string>[]; nextPageToken: string | null };
      seen.push(...page.data.map((row) => String(row['sourceId'] ?? row['destinationId'])));
      token = page.nextPageToken;
    }
    expect([seen.length, new Set(seen).size]).toEqual([251, 251]);
  });
});
