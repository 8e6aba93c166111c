import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { disorderOf, EVENT_SETTINGS, EventReader } from '../support/events-bench';
import { MirrorBench, type MirrorGateway } from '../support/mirror-bench';
import { DESTINATION_ID, html, SOURCE_ID, WORKSPACE_ID } from '../support/scripted-upstream';
import { fillHistory } from '../support/upstream-history';
import { moveWhileWaiting } from '../support/until';
import { attempt, CONFIG_FAILURE, serveInternalApi } from '../support/upstream-internal';

const HOUR_MS = 3_600_000;

describe('events of a scripted Airbyte', () => {
  let bench: MirrorBench;
  let dataDir: string;
  let gateway: MirrorGateway;
  let reader: EventReader;
  let ids: readonly string[];

  beforeAll(async () => {
    bench = await MirrorBench.start();
    moveWhileWaiting(bench.clock);
  });
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'events-e2e-'));
    ids = fillHistory(bench.upstream.state, { connections: 10, jobsEach: 3 });
    gateway = await bench.open({ ...EVENT_SETTINGS, DATA_DIR: dataDir });
    reader = new EventReader(gateway);
    await reader.current();
  });
  afterEach(async () => {
    await bench.reset();
    await rm(dataDir, { recursive: true, force: true });
  });
  afterAll(() => bench.close());

  it('do not tell what was there before the log began', () => {
    expect(reader.events).toEqual([]);
  });

  it('tell the states of a run that a tick has seen', async () => {
    const [id = ''] = ids;
    const job = bench.upstream.state.addJob({ connectionId: id, status: 'pending' });
    await reader.seen('run.queued', id);
    job.status = 'running';
    await reader.seen('run.started', id);
    job.status = 'incomplete';
    await reader.current();
    job.rowsSynced = 5;
    bench.upstream.state.history.end(job, 'succeeded');
    const event = await reader.seen('run.succeeded', id);
    expect(reader.typesOf(id)).toEqual(['run.queued', 'run.started', 'run.succeeded']);
    expect(event).toMatchObject({
      workspaceId: WORKSPACE_ID,
      sequence: 3,
      status: null,
      links: { run: `/ingestion/${id}/runs/${event.run?.runId ?? ''}` },
    });
    const run = await gateway.send<object>('GET', event.links.run ?? '');
    expect(run.body).toMatchObject({ runId: event.run?.runId, status: 'succeeded' });
  });

  it.each(['succeeded', 'failed', 'cancelled'])(
    'invent no earlier states of a run that has %s',
    async (status) => {
      const [id = ''] = ids;
      const job = bench.upstream.state.addJob({ connectionId: id, status: 'running' });
      bench.upstream.state.history.end(job, status);
      const event = await reader.seen(`run.${status}`, id);
      expect(event.run).toMatchObject({ status });
      expect(reader.typesOf(id).filter((type) => type.startsWith('run.'))).toEqual([`run.${status}`]);
    },
  );

  it.each([
    ['the reason of a failed run, as the run itself does', undefined, 'The password is wrong.'],
    ['a failed run without its reason if Airbyte does not give it', html(502), null],
  ])('tell %s', async (_, reply, message) => {
    const [id = ''] = ids;
    const api = serveInternalApi(bench.upstream);
    if (reply) api.replies.set('jobs/list', () => reply);
    // The other gateway has already found out that there is no internal API.
    const other = await bench.open({ ...EVENT_SETTINGS, DATA_DIR: join(dataDir, 'other') });
    const otherReader = new EventReader(other);
    await otherReader.current();
    const job = bench.upstream.state.addJob({ connectionId: id, status: 'running' });
    const failures = [{ ...CONFIG_FAILURE, externalMessage: 'The password is wrong.' }];
    api.jobs.set(job.jobId, { attempts: [attempt(0, { failureSummary: { failures } })] });
    bench.upstream.state.history.end(job, 'failed');
    const { run } = await otherReader.seen('run.failed', id);
    expect(run?.failure?.message ?? null).toBe(message);
    const listed = await other.send<{ data: object[] }>('GET', `/ingestion/${id}/runs?pageSize=1`);
    expect(listed.body.data).toEqual([run]);
  });

  it('tell changes through the gateway', async () => {
    const { connectionId } = (
      await gateway.send<{ connectionId: string }>('POST', '/ingestion', {
        body: { name: 'Mine', sourceId: SOURCE_ID, destinationId: DESTINATION_ID },
      })
    ).body;
    const path = `/ingestion/${connectionId}`;
    const created = await reader.seen('ingestion.created', connectionId);
    expect(created.status).toMatchObject({ status: 'active', health: 'never_synced' });
    await gateway.send('PATCH', path, { body: { name: 'Yours' } });
    await reader.seen('ingestion.updated', connectionId);
    await gateway.send('PATCH', path, { body: { status: 'inactive' } });
    expect((await reader.seen('ingestion.paused', connectionId)).status).toMatchObject({ health: 'paused' });
    await gateway.send('PATCH', path, { body: { status: 'active' } });
    await reader.seen('ingestion.resumed', connectionId);
    await gateway.send('DELETE', path);
    await reader.seen('ingestion.deleted', connectionId);
    expect(reader.typesOf(connectionId)).toEqual([
      'ingestion.created',
      'ingestion.updated',
      'ingestion.paused',
      'ingestion.health_changed',
      'ingestion.resumed',
      'ingestion.health_changed',
      'ingestion.deleted',
    ]);
    expect(disorderOf(reader.events)).toEqual([]);
  });

  it('tell changes that were made in Airbyte', async () => {
    const { state } = bench.upstream;
    const [id = '', gone = ''] = ids;
    const added = state.addConnection({ name: 'Added' }).connectionId;
    Object.assign(state.connections.get(id) ?? {}, { name: 'Renamed', status: 'inactive' });
    Object.assign(state.connections.get(gone) ?? {}, { status: 'deprecated' });
    await reader.seen('ingestion.created', added);
    await reader.seen('ingestion.updated', id);
    await reader.seen('ingestion.paused', id);
    await reader.seen('ingestion.health_changed', id);
    await reader.seen('ingestion.deleted', gone);
    await reader.current();
    expect(reader.events.map(({ type }) => type).sort()).toEqual([
      'ingestion.created',
      'ingestion.deleted',
      'ingestion.health_changed',
      'ingestion.paused',
      'ingestion.updated',
    ]);
  });

  it('tell when data gets too old and when it arrives again', async () => {
    const { state } = bench.upstream;
    const [id = ''] = ids;
    Object.assign(state.connections.get(id) ?? {}, {
      schedule: { scheduleType: 'basic', basicTiming: 'Every 2 HOURS' },
    });
    await reader.seen('ingestion.updated', id);
    bench.clock.skip(4 * HOUR_MS);
    expect((await reader.seen('ingestion.stale', id)).status?.health).toMatch(/stale|running_late/);
    state.history.end(state.addJob({ connectionId: id, status: 'running', rowsSynced: 5 }), 'succeeded');
    const recovered = await reader.seen('ingestion.recovered', id);
    expect(recovered.status).toMatchObject({ health: 'healthy' });
    await reader.seen('ingestion.health_changed', id, 2);
    expect(disorderOf(reader.events)).toEqual([]);
  });

  it('tell no change of health that is only unknown during an outage', async () => {
    const { state } = bench.upstream;
    for (const row of state.connections.values())
      row.schedule = { scheduleType: 'cron', cronExpression: '0 0 * * * ? UTC' };
    await reader.seen('ingestion.updated', ids[9] ?? '');
    await reader.current();
    const before = reader.events.length;
    await bench.upstream.refuse();
    bench.clock.skip(2 * HOUR_MS);
    await gateway.send('GET', '/ingestion?pageSize=100');
    for (const id of ids)
      state.history.end(state.addJob({ connectionId: id, status: 'running' }), 'succeeded');
    await bench.upstream.listen();
    for (const id of ids) await reader.seen('run.succeeded', id);
    await reader.current();
    const later = reader.events.slice(before).filter(({ status }) => status?.health === 'running_late');
    expect(later).toEqual([]);
  });
});
