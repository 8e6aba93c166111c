import { createHash } from 'node:crypto';
import { clockOf } from '../support/clock';
import { startGateway, type TestGateway } from '../support/gateway';
import { ScriptedUpstream } from '../support/scripted-upstream';

const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex');
const API_KEYS = ['reader', 'writer']
  .map((name) => `${name}:ingestion:read+ingestion:write:${sha256(name)}`)
  .join(',');

/** The clock does not advance, so that no cached value expires. */
describe('values cached for one caller', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let ids: string[];

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
  });
  beforeEach(async () => {
    gateway = await startGateway(
      { AIRBYTE_API_URL: upstream.url, API_KEYS },
      clockOf(() => new Date('2026-01-15T12:00:00Z')),
    );
    ids = Array.from({ length: 4 }, () => upstream.state.addConnection().connectionId);
  });
  afterEach(async () => {
    await gateway.close();
    upstream.clear();
  });
  afterAll(() => upstream.close());

  const rename = (id: string, name: string): ReturnType<typeof gateway.api.patch> =>
    gateway.api.patch(`/ingestion/${id}`).set('x-api-key', 'writer').send({ name }).expect(200);
  const statusesFor = async (caller: string, of: readonly string[]): Promise<void> => {
    const batch = gateway.api.post('/ingestion/status/batch').set('x-api-key', caller).send({ ids: of });
    await batch.expect(200);
  };
  /** Counts the upstream requests during `work`. */
  const readsOf = async (work: Promise<unknown>): Promise<string[]> => {
    const before = upstream.requests.length;
    await work;
    return upstream.requests.slice(before).map(({ operation, id }) => `${operation} ${id}`.trim());
  };

  it('stay cached for its statuses while another caller changes other ingestions', async () => {
    const [changed = '', ...others] = ids;
    await statusesFor('reader', ids);
    await rename(changed, 'Renamed');
    expect(await readsOf(statusesFor('reader', others))).toEqual([]);
    expect(await readsOf(statusesFor('reader', ids))).toEqual([
      `GET /connections/:id ${changed}`,
      'GET /jobs',
    ]);
    expect(await readsOf(statusesFor('writer', ids))).toEqual([]);
  });
});
