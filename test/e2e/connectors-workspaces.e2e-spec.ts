import { clockOf } from '../support/clock';
import { gatewayBench } from '../support/gateway-bench';
import { WORKSPACE_ID } from '../support/scripted-upstream';
import { serveConnectors } from '../support/serve-connectors';

const OTHER_WORKSPACE = '22222222-2222-4222-8222-222222222222';
let skippedMs = 0;
const bench = gatewayBench(
  { RATE_LIMIT: 'off' },
  clockOf(() => new Date(Date.now() + skippedMs)),
);
beforeEach(() => {
  // The only workspace is remembered for a minute.
  skippedMs += 61_000;
  serveConnectors(bench.upstream);
});

describe.each([
  { path: '/sources', type: 'file' },
  { path: '/destinations', type: 'postgres' },
])('POST $path', ({ path, type }) => {
  const input = { name: 'Mine', type, configuration: { host: 'db.example' } };
  const create = async (workspaceId?: string): Promise<{ status: number; body: unknown }> =>
    bench.api.post(path).send({ ...input, workspaceId });

  it('looks the workspace up once a minute', async () => {
    for (const workspaceId of [undefined, undefined, WORKSPACE_ID, WORKSPACE_ID])
      expect((await create(workspaceId)).status).toBe(201);
    expect(bench.upstream.count('GET /workspaces')).toBe(2);
  });

  it('needs a workspace if there are several', async () => {
    bench.upstream.state.workspaces.set(OTHER_WORKSPACE, 'Other');
    expect((await create()).body).toMatchObject({ errors: [{ field: 'workspaceId' }] });
    expect((await create(OTHER_WORKSPACE)).body).toMatchObject({ workspaceId: OTHER_WORKSPACE });
  });

  it('does not remember that a workspace is missing', async () => {
    expect((await create(OTHER_WORKSPACE)).status).toBe(400);
    bench.upstream.state.workspaces.set(OTHER_WORKSPACE, 'Other');
    expect((await create(OTHER_WORKSPACE)).status).toBe(201);
  });
});
