import { setTimeout as pause } from 'node:timers/promises';
import { disorderOf, EVENT_SETTINGS, EventReader } from '../support/events-bench';
import { ReplicaChaos } from '../support/replica-chaos';
import { until } from '../support/until';

const SEED = Number(process.env['CHAOS_SEED'] ?? 20_261_129);
const RUNS = 60;

describe(`events of two replicas that are killed, with a Redis that is killed and frozen (seed ${SEED})`, () => {
  let chaos: ReplicaChaos;

  beforeAll(async () => {
    chaos = await ReplicaChaos.start(SEED, EVENT_SETTINGS);
    for (let n = 0; n < 5; n++)
      chaos.upstream.state.addConnection({ name: `Orders ${n}`, createdAt: 1_700_000_000 });
    await chaos.startGateways();
  });
  afterAll(() => chaos.close());

  it('contain the end of each run once and in order, and nothing else', async () => {
    const { random, upstream } = chaos;
    const reader = new EventReader(chaos);
    await reader.current();
    const ids = [...upstream.state.connections.keys()];
    const expected = new Map<string, string>();
    await chaos.during(async () => {
      for (let n = 0; n < RUNS; n++) {
        const connectionId = ids[n % ids.length] ?? '';
        const job = upstream.state.addJob({ connectionId, status: 'running' });
        await pause(random() * 300);
        const end = ['succeeded', 'failed', 'cancelled'][Math.floor(random() * 3)] ?? '';
        upstream.state.history.end(job, end);
        expected.set(String(job.jobId), `run.${end}`);
        await pause(random() * 300);
      }
    });
    await until('the end of every run', async () => {
      await reader.read();
      return endsOf(reader).length >= RUNS;
    });
    await reader.current();
    const ends = endsOf(reader);
    expect(Object.fromEntries(ends)).toEqual(Object.fromEntries(expected));
    expect(ends).toHaveLength(RUNS);
    expect(disorderOf(reader.events)).toEqual([]);
    const others = reader.events.map(({ type }) => type).filter((type) => !type.startsWith('run.'));
    expect(others.filter((type) => type !== 'ingestion.health_changed')).toEqual([]);
  }, 180_000);
});

function endsOf({ events }: EventReader): [string, string][] {
  return events.flatMap(({ type, run }) =>
    run && /succeeded|failed|cancelled/.test(type) ? [[run.runId, type]] : [],
  );
}
