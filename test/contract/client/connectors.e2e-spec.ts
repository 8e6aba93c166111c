import { IngestionClient, isProblem } from '@airbyte-ingestion/client';
import { startGateway, type TestGateway } from '../../support/gateway';
import { ScriptedUpstream } from '../../support/scripted-upstream';
import { serveConnectors, serveSample } from '../../support/serve-connectors';

type Fetch = (request: Request) => Promise<Response>;

describe('sources, destinations and connectors of the published client', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, RATE_LIMIT: 'off' });
  });
  beforeEach(() => {
    serveConnectors(upstream);
    serveSample(upstream);
  });
  afterEach(() => {
    upstream.clear();
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const clientWith = (send: Fetch = fetch): IngestionClient['connectors'] =>
    new IngestionClient({ url: gateway.url, fetch: send }).connectors;
  /** Sends everything and loses the first answer. */
  const losing = (): Fetch => {
    let count = 0;
    return async (request) => {
      const response = await fetch(request);
      count += 1;
      if (count === 1) throw new TypeError('fetch failed');
      return response;
    };
  };
  const codeOf = async (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => '',
      (error: unknown) => (isProblem(error) ? error.code : String(error)),
    );
  const SOURCE = { name: 'Mine', type: 'file', configuration: { host: 'db.example', pin: '1234' } };
  const DESTINATION = { ...SOURCE, type: 'postgres' };

  it('creates one source and one destination although the first answer is lost', async () => {
    const source = await clientWith(losing()).createSource(SOURCE);
    const destination = await clientWith(losing()).createDestination(DESTINATION);
    expect(upstream.count('POST /sources')).toBe(1);
    expect(upstream.count('POST /destinations')).toBe(1);
    expect(source.configuration).toEqual({ host: 'db.example', pin: '**********' });
    expect(destination).toMatchObject({ name: 'Mine', type: 'postgres' });
  });

  it('reads, changes and deletes them, also if the answer to a deletion is lost', async () => {
    const client = clientWith();
    const { sourceId } = await client.createSource(SOURCE);
    const { destinationId } = await client.createDestination(DESTINATION);
    expect(await client.patchSource(sourceId, { name: 'Ours' })).toMatchObject({ name: 'Ours' });
    expect(await client.patchDestination(destinationId, { name: 'Ours' })).toMatchObject({ name: 'Ours' });
    expect(await client.getSource(sourceId)).toMatchObject({ name: 'Ours' });
    expect(await client.getDestination(destinationId)).toMatchObject({ name: 'Ours' });
    await clientWith(losing()).deleteSource(sourceId);
    await clientWith(losing()).deleteDestination(destinationId);
    expect(await codeOf(client.getSource(sourceId))).toBe('source-not-found');
    expect(await codeOf(client.deleteSource(sourceId))).toBe('source-not-found');
    expect(await codeOf(client.getDestination(destinationId))).toBe('destination-not-found');
  });

  it('checks, lists connectors and reads samples', async () => {
    const client = clientWith();
    const { sourceId } = await client.createSource(SOURCE);
    const { destinationId } = await client.createDestination(DESTINATION);
    const checks = [
      client.checkNewSource(SOURCE),
      client.checkSource(sourceId),
      client.checkNewDestination(DESTINATION),
      client.checkDestination(destinationId),
    ];
    for (const { status } of await Promise.all(checks)) expect(status).toBe('succeeded');
    const { data } = await client.definitions({ kind: 'source' });
    expect(data).toMatchObject([{ kind: 'source', type: 'file' }]);
    const { rows, fields } = await client.sample(sourceId, 'orders');
    expect([rows.length, fields[0]?.name]).toEqual([2, 'order_id']);
  });

  it('throws an invalid configuration as a problem with its fields', async () => {
    const call = clientWith().createSource({ ...SOURCE, configuration: { pin: '1234' } });
    const error: unknown = await call.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(isProblem(error, 'validation-failed') && error.problem.errors).toMatchObject([
      { field: 'configuration.host' },
    ]);
  });
});
