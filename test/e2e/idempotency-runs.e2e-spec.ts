import { idempotencyBench } from '../support/idempotency-bench';
import { fault, problem } from '../support/scripted-upstream';

const bench = idempotencyBench();
const { loseAnswer, post } = bench;

describe('an Idempotency-Key for a run', () => {
  const path = (): string => `/ingestion/${bench.upstream.state.addConnection().connectionId}/runs`;

  it('starts one run for repeated requests', async () => {
    const runs = path();
    const first = await post(runs, {}).expect(202);
    const again = await post(runs, {}).expect(202);
    expect(again.text).toBe(first.text);
    expect(again.headers['location']).toBe(first.headers['location']);
    expect(bench.upstream.state.jobs).toHaveLength(1);
  });

  it('finds the run if the start got no answer', async () => {
    const runs = path();
    bench.upstream.on('POST /jobs', loseAnswer);
    const found = await post(runs, {}).expect(202);
    expect(found.body).toMatchObject({ runId: '1' });
    expect((await post(runs, {}).expect(202)).text).toBe(found.text);
    expect(bench.upstream.count('POST /jobs')).toBe(1);
  });

  it('finds the run with the next request if the jobs could not be read before', async () => {
    const runs = path();
    bench.upstream.on('POST /jobs', (request) => {
      bench.upstream.on('GET /jobs', () => problem(500, 'down'));
      return loseAnswer(request);
    });
    await post(runs, {}).expect(504);
    bench.upstream.on('GET /jobs', () => undefined);
    expect((await post(runs, {}).expect(202)).body).toMatchObject({ runId: '1' });
    expect(bench.upstream.count('POST /jobs')).toBe(1);
  });

  it('starts no second run while the first may still begin', async () => {
    const runs = path();
    bench.upstream.on('POST /jobs', () => fault('reset'));
    await post(runs, {}).expect(504);
    expect((await post(runs, {}).expect(409)).body).toMatchObject({ code: 'outcome-in-doubt' });
    expect(bench.upstream.count('POST /jobs')).toBe(1);
  });

  it.each([403, 404])('can be used again after Airbyte answered a start with %d', async (status) => {
    const runs = path();
    bench.upstream.on('POST /jobs', (_request, nth) =>
      nth === 1 ? problem(status, 'Not here.') : undefined,
    );
    expect((await post(runs, {}).expect(422)).body).toMatchObject({ code: 'rejected-by-airbyte' });
    expect((await post(runs, {}).expect(202)).body).toMatchObject({ runId: '1' });
  });

  it('cancels once, and finds a run that an attempt without an answer has cancelled', async () => {
    const runs = path();
    const [connection] = bench.upstream.state.connections.values();
    bench.upstream.state.addJob({ connectionId: connection?.connectionId ?? '', status: 'running' });
    bench.upstream.on('DELETE /jobs/:id', loseAnswer);
    expect((await post(`${runs}/1/cancel`, {}).expect(200)).body).toMatchObject({ status: 'cancelled' });
    const replay = await post(`${runs}/1/cancel`, {}).expect(200);
    expect(replay.headers['idempotency-replayed']).toBe('true');
    expect(bench.upstream.count('DELETE /jobs/:id')).toBe(1);
  });
});
