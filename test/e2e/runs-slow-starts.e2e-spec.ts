import { latch, type Latch } from '../support/latch';
import { startGateway, type TestGateway } from '../support/gateway';
import {
  fault,
  problem,
  type Reply,
  ScriptedUpstream,
  type UpstreamRequest,
} from '../support/scripted-upstream';
import { until } from '../support/until';

const START = 'POST /jobs';
const CANCEL = 'DELETE /jobs/:id';

/** One twentieth of the default start timeout (120 s); the reads after 2, 4 and 8 s shrink with it. */
const SETTINGS = { AIRBYTE_START_TIMEOUT_MS: '6000', RATE_LIMIT: 'off' };

/** Airbyte up to version 2.1 stores the job at once but answers only when the workflow runs. */
describe('an Airbyte that answers starts and cancellations late', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let answers: Latch;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
  });
  beforeEach(async () => {
    answers = latch();
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, ...SETTINGS });
  });
  afterEach(async () => {
    answers.open();
    await gateway.close();
    upstream.clear();
  });
  afterAll(() => upstream.close());

  const existing = (): string => upstream.state.addConnection().connectionId;
  const post = async (path: string, headers = {}, body: object = {}): Promise<Answer> => {
    const response = await gateway.api.post(path).set(headers).send(body);
    return { status: response.status, body: response.body as Answer['body'], headers: response.headers };
  };
  const start = (id: string, headers = {}, body = {}): Promise<Answer> =>
    post(`/ingestion/${id}/runs`, headers, body);
  /** Applies the request at once and answers when the latch opens. */
  const late = async (request: UpstreamRequest): Promise<Reply> => {
    const reply = upstream.act(request);
    await answers.opened;
    return reply;
  };

  it('finds the runs of two late starts in the job list, and serves reads while both start slots are in use', async () => {
    upstream.on(START, late);
    const ids = [existing(), existing()];
    const started = await Promise.all(ids.map((id) => start(id)));
    expect(started.map(({ status }) => status)).toEqual([202, 202]);
    expect(started.map(({ body }) => body['connectionId'])).toEqual(ids);

    const waiting = start(existing());
    const reads = Array.from({ length: 20 }, () =>
      gateway.api.get(`/ingestion/${existing()}/status`).expect(200),
    );
    await Promise.all(reads);
    expect(upstream.count(START)).toBe(2);
    answers.open();
    expect((await waiting).status).toBe(202);
  });

  it('starts nine runs, at most two at one time', async () => {
    const held: Latch[] = [];
    upstream.on(START, async (request) => {
      const reply = upstream.act(request);
      const hold = latch();
      held.push(hold);
      await hold.opened;
      return reply;
    });
    const ids = Array.from({ length: 9 }, existing);
    const starts = Promise.all(ids.map((id) => start(id)));
    for (let answered = 0; answered < 9; answered++) {
      // The next one is sent while this one is not yet answered.
      await until('two starts to be sent', () => held.length >= Math.min(9, answered + 2));
      held[answered]?.open();
    }
    const outcomes = await starts;
    expect(outcomes.map(({ status }) => status)).toEqual(Array(9).fill(202));
    expect(new Set(outcomes.map(({ body }) => body['runId'])).size).toBe(9);
    expect(upstream.state.jobs).toHaveLength(9);
    expect(upstream.peaks.get(START)).toBe(2);
  });

  it('answers 409 to the second of two concurrent starts of one ingestion', async () => {
    upstream.on(START, async (request) => {
      // Airbyte up to 2.1 answers a second start with the run of the first.
      const job = upstream.state.jobs[0];
      const reply = job
        ? { ...upstream.act(request), status: 200, body: JSON.stringify(job) }
        : upstream.act(request);
      await answers.opened;
      return reply;
    });
    const id = existing();
    const both = [start(id), start(id)];
    const first = await Promise.race(both);
    await upstream.seen(START, 2);
    answers.open();
    const second = (await Promise.all(both)).find((one) => one !== first);
    expect(first.status).toBe(202);
    expect(second).toMatchObject({
      status: 409,
      body: { code: 'run-in-progress', runId: first.body['runId'] },
    });
  });

  it('does not return an earlier run as the started run', async () => {
    const id = existing();
    upstream.state.addJob({ connectionId: id, status: 'running' });
    upstream.on(START, async () => {
      await answers.opened;
      return problem(409, 'Could not fulfill request');
    });
    const starting = start(id);
    await until('three reads of the jobs', () => upstream.count('GET /jobs') >= 4);
    answers.open();
    expect(await starting).toMatchObject({ status: 409, body: { code: 'run-in-progress', runId: '1' } });
  });

  it('answers 202 after a late 409 of Airbyte if the run exists', async () => {
    const id = existing();
    let isVisible = false;
    upstream.on('GET /jobs', () => {
      const empty = { data: [], next: '', previous: '' };
      return isVisible
        ? undefined
        : { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(empty) };
    });
    upstream.on(START, async (request) => {
      upstream.act(request);
      await until('a read of the jobs', () => upstream.count('GET /jobs') >= 3);
      isVisible = true;
      return problem(409, 'Could not fulfill request');
    });
    expect(await start(id)).toMatchObject({ status: 202, body: { runId: '1' } });
  });

  it('finds the run after a 504 of a proxy', async () => {
    upstream.on(START, (request) => {
      upstream.act(request);
      return problem(504, 'upstream timed out');
    });
    expect(await start(existing())).toMatchObject({ status: 202, body: { runId: '1' } });
  });

  it('keeps the circuit breaker closed after connection resets of starts', async () => {
    upstream.on(START, () => fault('reset'));
    const ids = Array.from({ length: 8 }, existing);
    for (const { status, body } of await Promise.all(ids.map((id) => start(id))))
      expect([status, body['code']]).toEqual([504, 'outcome-unknown']);
    await gateway.api.get(`/ingestion/${existing()}`).expect(200);
    await gateway.api.get('/health/ready').expect(200);
  });

  it('starts one run for an Idempotency-Key that is repeated during and after the start', async () => {
    upstream.on(START, async (request) => {
      await answers.opened;
      return upstream.act(request);
    });
    const id = existing();
    const key = { 'idempotency-key': 'start-once' };
    const first = start(id, key);
    await upstream.seen(START);
    expect(await start(id, key)).toMatchObject({ status: 409, body: { code: 'request-in-progress' } });
    answers.open();
    expect((await first).status).toBe(202);
    expect(await start(id, key)).toMatchObject({ status: 202, headers: { 'idempotency-replayed': 'true' } });
    expect(upstream.state.jobs).toHaveLength(1);
  });

  it('answers 503 to a start that gets no slot, and does not send it', async () => {
    await gateway.close();
    gateway = await startGateway({
      AIRBYTE_API_URL: upstream.url,
      RATE_LIMIT: 'off',
      AIRBYTE_START_TIMEOUT_MS: '600',
      AIRBYTE_MAX_STARTS: '1',
    });
    upstream.on(START, () => fault('hang'));
    const hanging = start(existing());
    await upstream.seen(START);
    const refused = await Promise.all([start(existing()), start(existing()), start(existing())]);
    const full = refused.filter(({ status }) => status === 503);
    expect(full.length).toBeGreaterThan(0);
    for (const { body, headers } of full) {
      expect(body).toMatchObject({ code: 'airbyte-unavailable' });
      expect(headers['retry-after']).toBe('10');
    }
    expect((await hanging).status).toBe(504);
    expect(upstream.count(START) + full.length).toBe(4);
  });

  it('answers all starts during a stop: 202 if the run exists, 503 if the start was not sent', async () => {
    upstream.on(START, late);
    const running = Promise.all([start(existing()), start(existing())]);
    await upstream.seen(START, 2);
    const queued = start(existing());
    await until(
      'the connection of the third start to be read',
      () => upstream.count('GET /connections/:id') >= 3,
    );
    const closing = gateway.close();
    expect((await running).map(({ status }) => status)).toEqual([202, 202]);
    expect(await queued).toMatchObject({ status: 503, body: { code: 'airbyte-unavailable' } });
    await closing;
    expect(upstream.state.jobs).toHaveLength(2);
  });

  describe('cancelling', () => {
    const running = (): { readonly path: string; readonly jobId: number } => {
      const connectionId = existing();
      const { jobId } = upstream.state.addJob({ connectionId, status: 'running' });
      return { path: `/ingestion/${connectionId}/runs/${jobId}/cancel`, jobId };
    };

    it('answers 200 as soon as the run has ended', async () => {
      upstream.on(CANCEL, late);
      expect(await post(running().path)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    });

    it('answers 202 with the running run if it does not end in time', async () => {
      upstream.on(CANCEL, async (request) => {
        await answers.opened;
        return upstream.act(request);
      });
      expect(await post(running().path)).toMatchObject({ status: 202, body: { status: 'running' } });
      expect(upstream.count(CANCEL)).toBe(1);
    });

    it('answers 202 while all slots are in use, and precedes the waiting starts', async () => {
      const { path, jobId } = running();
      const holds = [latch(), latch()];
      upstream.on(START, async (request, nth) => {
        const reply = upstream.act(request);
        await holds[nth - 1]?.opened;
        return reply;
      });
      const starts = [start(existing()), start(existing())];
      await upstream.seen(START, 2);
      const later = start(existing());
      const both = await Promise.all([post(path), post(path)]);
      expect(both.map(({ status }) => status)).toEqual([202, 202]);
      expect(upstream.count(CANCEL)).toBe(0);
      holds[0]?.open();
      await until('the run to be cancelled', () => upstream.state.jobs[jobId - 1]?.status === 'cancelled');
      expect(upstream.count(CANCEL)).toBe(1);
      holds[1]?.open();
      expect((await Promise.all([...starts, later])).map(({ status }) => status)).toEqual([202, 202, 202]);
    });

    it('retries a cancellation that was answered with 202 if Airbyte was unreachable', async () => {
      const { path, jobId } = running();
      upstream.on(START, late);
      const starts = [start(existing()), start(existing())];
      await upstream.seen(START, 2);
      expect((await post(path)).status).toBe(202);
      await Promise.all(starts);
      await upstream.refuse();
      const read = `/ingestion/${existing()}`;
      await until('the circuit to open', async () => {
        const { body } = await gateway.api.get(read);
        return (body as { code: string }).code === 'airbyte-unavailable';
      });
      await upstream.listen();
      await until('the run to be cancelled', () => upstream.state.jobs[jobId - 1]?.status === 'cancelled');
      expect(upstream.count(CANCEL)).toBe(1);
    });

    it('answers 200 if the answer was lost but the run is cancelled', async () => {
      upstream.on(CANCEL, (request) => fault('reset', upstream.act(request)));
      expect(await post(running().path)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    });

    it('answers 409 run-ended if the run ended by itself', async () => {
      upstream.on(CANCEL, () => {
        Object.assign(upstream.state.jobs[0] ?? {}, {
          status: 'succeeded',
          lastUpdatedAt: '2026-01-15T02:07Z',
        });
        return undefined;
      });
      expect(await post(running().path)).toMatchObject({ status: 409, body: { code: 'run-ended' } });
    });
  });
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}
