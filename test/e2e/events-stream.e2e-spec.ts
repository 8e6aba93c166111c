import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventSourceReader } from '../support/event-source';
import { EVENT_SETTINGS, EventReader } from '../support/events-bench';
import { TestIssuer } from '../support/issuer';
import { isFeed, MirrorBench, type MirrorGateway } from '../support/mirror-bench';
import { problem, WORKSPACE_ID } from '../support/scripted-upstream';
import { moveWhileWaiting, until } from '../support/until';

const OTHER_WORKSPACE = '2f6d3c1e-0000-4000-8000-000000000002';
const hash = (key: string): string => createHash('sha256').update(key).digest('hex');
const API_KEYS = `one:ingestion:read:${hash('one')}:${WORKSPACE_ID},writer:ingestion:write:${hash('writer')}`;

describe('a stream of events', () => {
  let bench: MirrorBench;
  let dataDir: string;
  let id: string;
  const streams: EventSourceReader[] = [];

  beforeAll(async () => {
    bench = await MirrorBench.start();
    moveWhileWaiting(bench.clock);
  });
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'events-e2e-'));
    id = bench.upstream.state.addConnection({ createdAt: 1_700_000_000 }).connectionId;
  });
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.close();
    await bench.reset();
    await rm(dataDir, { recursive: true, force: true });
  });
  afterAll(() => bench.close());

  const open = async (settings: Record<string, string> = {}, headers = {}): Promise<MirrorGateway> => {
    const gateway = await bench.open({ ...EVENT_SETTINGS, DATA_DIR: dataDir, ...settings });
    await new EventReader(gateway, headers).current();
    return gateway;
  };
  const stream = async (
    { url }: MirrorGateway,
    query = '',
    headers: Record<string, string> = {},
  ): Promise<EventSourceReader> => {
    const opened = await EventSourceReader.open(`${url}/events/stream${query}`, headers);
    streams.push(opened);
    return opened;
  };
  const endRun = (connectionId: string, status: string): void => {
    const { state } = bench.upstream;
    state.history.end(state.addJob({ connectionId, status: 'running', rowsSynced: 5 }), status);
  };

  it('has the events of the log, and continues after the last one', async () => {
    const gateway = await open();
    const first = await stream(gateway, '?types=run.succeeded,run.failed');
    expect(first.response.statusCode).toBe(200);
    expect(first.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    endRun(id, 'cancelled');
    endRun(id, 'succeeded');
    const event = await first.seen('run.succeeded');
    expect(first.lastId).toBe(event.id);
    first.close();
    endRun(id, 'failed');
    const reader = new EventReader(gateway);
    await reader.seen('run.failed', id);
    const second = await stream(gateway, '', { 'last-event-id': event.id });
    await second.seen('run.failed');
    expect(second.events).toEqual(
      reader.events.slice(reader.events.findIndex((one) => one.id === event.id) + 1),
    );
  });

  it('has a heartbeat that moves the position past what the filter leaves out', async () => {
    const gateway = await open();
    const opened = await stream(gateway, '?types=run.failed');
    await until('the start', () => opened.lastId !== '');
    const before = opened.lastId;
    endRun(id, 'succeeded');
    await new EventReader(gateway).seen('run.succeeded', id);
    await until('a heartbeat', () => {
      bench.clock.skip(15_000);
      return opened.lastId !== before;
    });
    expect(opened.events).toEqual([]);
    expect((await gateway.send('GET', `/events?after=${opened.lastId}`)).status).toBe(200);
  });

  it('reports the end of a run from the same read of Airbyte as a request that waits for it', async () => {
    const gateway = await open();
    const opened = await stream(gateway, '?types=run.started,run.succeeded');
    const { upstream } = bench;
    const job = upstream.state.addJob({ connectionId: id, status: 'running', rowsSynced: 5 });
    const { run } = await opened.seen('run.started');
    const waiting = gateway.send<object>('GET', `/ingestion/${id}/runs/${run?.runId ?? ''}?wait=60`);
    await upstream.seen('GET /jobs', upstream.count('GET /jobs') + 1);
    upstream.state.history.end(job, 'succeeded');
    let readsOfEnd = 0;
    // Airbyte shows the end once. After that, no read of jobs succeeds.
    upstream.intercept((request) => {
      if (!request.operation.includes('/jobs')) return undefined;
      if (isFeed(request) && readsOfEnd === 0) {
        readsOfEnd += 1;
        return undefined;
      }
      return problem(500, 'down');
    });
    const event = await opened.seen('run.succeeded');
    const waited = await waiting;
    expect(waited.body).toMatchObject({ ...event.run });
    expect([waited.status, event.run?.status, readsOfEnd]).toEqual([200, 'succeeded', 1]);
  });

  it('is refused like a read, and a caller may have ten', async () => {
    const gateway = await open({ API_KEYS }, { 'x-api-key': 'one' });
    const statusOf = async (query: string, headers: Record<string, string>): Promise<number | undefined> =>
      (await stream(gateway, query, headers)).response.statusCode;
    expect(await statusOf('', {})).toBe(401);
    expect(await statusOf('', { 'x-api-key': 'writer' })).toBe(403);
    expect(await statusOf('?after=x', { 'x-api-key': 'one' })).toBe(400);
    expect(await statusOf('', { 'x-api-key': 'one', 'last-event-id': `evt_${'0'.repeat(22)}` })).toBe(410);
    for (let n = 0; n < 10; n++) expect(await statusOf('', { 'x-api-key': 'one' })).toBe(200);
    expect(await statusOf('', { 'x-api-key': 'one' })).toBe(429);
    streams.at(-2)?.close();
    await until('a free place', async () => (await statusOf('', { 'x-api-key': 'one' })) === 200);
  });

  it('shows only the workspace of the caller', async () => {
    const { state } = bench.upstream;
    const theirs = state.addConnection({
      createdAt: 1_700_000_000,
      workspaceId: OTHER_WORKSPACE,
    }).connectionId;
    const gateway = await open({ API_KEYS }, { 'x-api-key': 'one' });
    const opened = await stream(gateway, '', { 'x-api-key': 'one' });
    endRun(theirs, 'failed');
    endRun(id, 'succeeded');
    await opened.seen('run.succeeded');
    expect(opened.events.filter(({ connectionId }) => connectionId === theirs)).toEqual([]);
  });

  it('ends when the token has expired', async () => {
    const issuer = await TestIssuer.start();
    try {
      const token = await issuer.token({ scope: 'ingestion:read' });
      const headers = { authorization: `Bearer ${token}` };
      const gateway = await open({ OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: 'gateway' }, headers);
      const opened = await stream(gateway, '', headers);
      await until('the start', () => opened.lastId !== '');
      expect(opened.hasEnded).toBe(false);
      await until('the end', () => {
        bench.clock.skip(60_000);
        return opened.hasEnded;
      });
      expect(opened.response.complete).toBe(true);
    } finally {
      await issuer.close();
    }
  });

  it('ends completely when the gateway stops', async () => {
    const gateway = await open();
    const opened = await stream(gateway);
    await until('the start', () => opened.lastId !== '');
    await gateway.close();
    await until('the end', () => opened.hasEnded);
    expect(opened.response.complete).toBe(true);
  });
});
