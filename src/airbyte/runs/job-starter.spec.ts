import { latch } from '../../../test/support/latch';
import type { ScriptedUpstream } from '../../../test/support/scripted-upstream';
import { ClientBench } from '../../../test/support/upstream-client';
import type { RequestContext } from '../../http/request-context';
import { parseSettings } from '../../config/settings';
import { AirbyteClient } from '../client/airbyte.client';
import { type Clock, systemClock } from '../../lib/clock';
import { MemoryCreationClaims } from '../client/creation/creation-claims';
import { JobStarter, type StartKind } from './job-starter';
import { pausesOf, startTimingOf } from './start-timing';

const CONTEXT: RequestContext = { requestId: 'request' };

describe('when jobs are looked for', () => {
  const moments = (startTimeoutMs: number, count: number): number[] => {
    const pauses = pausesOf(startTimingOf(startTimeoutMs));
    let atMs = 0;
    return Array.from({ length: count }, () => (atMs += pauses.next().value));
  };

  it('is 2, 4 and 8 s after sending, and then every 10 s', () => {
    expect(moments(120_000, 6)).toEqual([2_000, 4_000, 8_000, 16_000, 26_000, 36_000]);
  });

  it('comes sooner with a shorter budget, and no later with a longer one', () => {
    expect(moments(6_000, 3)).toEqual([100, 200, 400]);
    expect(moments(3_600_000, 3)).toEqual([2_000, 4_000, 8_000]);
  });
});

describe('a start that Airbyte does not answer', () => {
  let bench: ClientBench;
  let upstream: ScriptedUpstream;
  let client: AirbyteClient;
  /** Pauses that were asked for; each ends when the test lets it. */
  let pauses: { readonly ms: number; readonly end: () => void }[];
  let starter: JobStarter;

  beforeEach(async () => {
    bench = await ClientBench.start();
    ({ upstream } = bench);
    pauses = [];
    const clock: Clock = {
      ...systemClock,
      wait: (ms, signal) =>
        new Promise((resolve) => {
          const end = (): void => {
            resolve();
          };
          pauses.push({ ms, end });
          signal?.addEventListener('abort', end);
        }),
    };
    const { airbyte } = parseSettings({ AIRBYTE_API_URL: upstream.url });
    const claims = new MemoryCreationClaims();
    client = bench.clientWith({ ...airbyte, apiUrl: upstream.url }, undefined, { clock });
    starter = new JobStarter(client, claims, { airbyte });
  });
  afterEach(async () => {
    await bench.close();
  });

  const syncOf = (connectionId: string): StartKind => ({
    jobTypes: ['sync'],
    send: (...call) => client.createJob(connectionId, ...call),
  });
  const paused = async (count: number): Promise<void> => {
    while (pauses.length < count) await new Promise(setImmediate);
  };

  it('is looked for after 2, 4 and 8 s, until the job is on record', async () => {
    const { connectionId } = upstream.state.addConnection();
    const answers = latch();
    upstream.on('POST /jobs', async () => {
      await answers.opened;
      return undefined;
    });
    const starting = starter.start(connectionId, syncOf(connectionId), CONTEXT);
    for (let look = 1; look <= 3; look++) {
      await paused(look);
      if (look === 3) upstream.state.addJob({ connectionId, status: 'running' });
      pauses[look - 1]?.end();
    }
    expect((await starting).jobId).toBe('1');
    expect(pauses.slice(0, 3).map(({ ms }) => ms)).toEqual([2_000, 2_000, 4_000]);
    expect(client.caller.gate.active).toBe(1);
    answers.open();
    await upstream.idle();
    while (client.caller.gate.active > 0) await new Promise(setImmediate);
  });

  it('is not given a run that began while it waited for its place, nor one of another kind', async () => {
    const { connectionId } = upstream.state.addConnection();
    const answers = latch();
    upstream.on('POST /jobs', async (request, nth) => {
      await answers.opened;
      return nth <= 2 ? undefined : upstream.act(request);
    });
    const others = [upstream.state.addConnection(), upstream.state.addConnection()];
    const starts = others.map((other) =>
      starter.start(other.connectionId, syncOf(other.connectionId), CONTEXT),
    );
    await upstream.seen('POST /jobs', 2);
    const starting = starter.start(connectionId, syncOf(connectionId), CONTEXT);
    while (client.caller.gate.queued === 0) await new Promise(setImmediate);
    upstream.state.addJob({ connectionId, status: 'succeeded' });
    answers.open();
    await Promise.all(starts);
    const job = await starting;
    expect(upstream.state.jobs.find(({ jobId }) => String(jobId) === job.jobId)?.status).toBe('running');
  });
});
