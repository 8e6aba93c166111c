import {
  CallTimeoutError,
  type ClientOptions,
  IngestionClient,
  isProblem,
  NoAnswerError,
  UnexpectedAnswerError,
  WaitTimeoutError,
} from '@airbyte-ingestion/client';
import packageFile from '../../../clients/typescript/package.json';
import { INGESTION, RUN } from './resources';

describe('the published client against a scripted server', () => {
  const url = 'http://gateway.test';
  const RUNNING = { ...RUN, status: 'running', endedAt: null };
  const ENDED = RUN;
  let sent: Request[];
  beforeEach(() => {
    sent = [];
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  type Step = () => Promise<Response>;
  const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Step => {
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    return () =>
      Promise.resolve(Response.json(body, { status, headers: { 'content-type': type, ...headers } }));
  };
  const text = (body: string | null, status: number): Step => {
    return () => Promise.resolve(new Response(body, { status }));
  };
  const problem = (status: number, code = 'airbyte-unavailable', headers = {}): Step =>
    json({ code, status, detail: 'Not now.' }, status, headers);
  const lost: Step = () => Promise.reject(new TypeError('fetch failed'));
  const silent: Step = () => new Promise<Response>(() => undefined);

  /** Answers with the steps in their order. The last step answers all further requests. */
  function scripted(steps: Step[], options: Partial<ClientOptions> = {}): IngestionClient {
    const send = (request: Request): Promise<Response> => {
      const step = steps[Math.min(sent.length, steps.length - 1)] ?? lost;
      sent.push(request);
      return step();
    };
    return new IngestionClient({ url, fetch: send, ...options });
  }
  /** Advances the fake timers until the call ends. `tookMs` is time of the fake clock. */
  async function timed<T>(
    call: Promise<T>,
  ): Promise<{ value: T | undefined; error: unknown; tookMs: number }> {
    const startedMs = performance.now();
    let outcome: { value: T | undefined; error: unknown; tookMs: number } | undefined;
    const note = (value: T | undefined, error: unknown): void => {
      outcome = { value, error, tookMs: performance.now() - startedMs };
    };
    call.then(
      (value) => {
        note(value, undefined);
      },
      (error: unknown) => {
        note(undefined, error);
      },
    );
    for (let step = 0; step < 50_000; step += 1) {
      await jest.advanceTimersByTimeAsync(100);
      if (outcome) return outcome;
    }
    throw new Error('the call did not end');
  }

  it.each(['60', 'date'])('waits for the whole Retry-After: %s', async (value) => {
    const after = value === 'date' ? new Date(Date.now() + 61_000).toUTCString() : value;
    const busy = problem(429, 'rate-limited', { 'retry-after': after });
    const { value: got, tookMs } = await timed(scripted([busy, json(ENDED)]).run('c', 'r'));
    expect(got).toEqual(ENDED);
    expect(sent).toHaveLength(2);
    expect(tookMs).toBeGreaterThanOrEqual(60_000);
  });

  it('throws the problem at once if Retry-After is longer than the time limit', async () => {
    const client = scripted([problem(503, 'airbyte-unavailable', { 'retry-after': '60' })]);
    const { error, tookMs } = await timed(client.get('c', { timeoutMs: 30_000 }));
    expect(isProblem(error, 'airbyte-unavailable')).toBe(true);
    expect(tookMs).toBeLessThan(1000);
    expect(sent).toHaveLength(1);
  });

  it.each([502, 503, 504])(
    'repeats a read and a keyed write after %i, as a problem or an HTML page',
    async (status) => {
      const steps = [problem(status), text('<html>Bad Gateway</html>', status), json(ENDED)];
      expect((await timed(scripted(steps).run('c', 'r'))).value).toEqual(ENDED);
      sent = [];
      expect((await timed(scripted(steps).startRun('c'))).value).toEqual(ENDED);
      expect(new Set(sent.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1);
      expect(sent).toHaveLength(3);
    },
  );

  it.each([
    ['HTML', '<html>\n  Sign in</html>', 200, '<html> Sign in</html>'],
    ['an empty body', '', 200, ''],
    ['null', 'null', 200, 'null'],
    ['half of an object', '{"runId": "r', 200, '{"runId": "r'],
    ['no content', null, 204, ''],
    ['HTML with an error', '<html>Forbidden</html>', 403, '<html>Forbidden</html>'],
  ])('ends with a typed error for %s', async (_, body, status, excerpt) => {
    const { error } = await timed(scripted([text(body, status)]).get('c'));
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
    expect(error).toMatchObject({ status, excerpt });
  });

  it('does not count a page with status 200 as a deletion', async () => {
    const { error } = await timed(scripted([text('<html>Sign in</html>', 200)]).delete('c'));
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
  });

  it('ends a call on a silent connection at its time limit', async () => {
    const { error, tookMs } = await timed(scripted([silent]).get('c', { timeoutMs: 5000 }));
    expect(error).toBeInstanceOf(CallTimeoutError);
    expect(tookMs).toBeLessThan(5500);
  });

  it('keeps waiting for a run after failures of the gateway and the network', async () => {
    const steps = [json(RUNNING), problem(502), lost, text('<html>', 504), problem(503), lost, json(ENDED)];
    expect((await timed(scripted(steps).waitForRun('c', 'r'))).value).toEqual(ENDED);
  });

  it('pauses between answers about a run that come before the wait time is over', async () => {
    const { error } = await timed(scripted([json(RUNNING)]).waitForRun('c', 'r', { timeoutMs: 60_000 }));
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect(sent.length).toBeLessThan(15);
  });

  it('ends the wait for a run at its time limit on a silent connection', async () => {
    const first = await timed(scripted([silent]).waitForRun('c', 'r', { timeoutMs: 3000 }));
    expect(first.error).toBeInstanceOf(CallTimeoutError);
    expect(first.tookMs).toBeLessThan(3500);
    sent = [];
    const later = await timed(scripted([json(RUNNING), silent]).waitForRun('c', 'r', { timeoutMs: 3000 }));
    expect(later.error).toBeInstanceOf(WaitTimeoutError);
    expect(later.tookMs).toBeLessThan(3500);
  });

  it('returns what a patch with ifMatch changed before its answer was lost', async () => {
    const steps = [lost, problem(412, 'precondition-failed')];
    const now = { ...INGESTION, name: 'new', schedule: { scheduleType: 'manual' } };
    const request = { name: 'new', schedule: null };
    const done = await timed(scripted([...steps, json(now)]).patch('c', request, { ifMatch: '"1"' }));
    expect(done.value).toEqual(now);
    sent = [];
    const other = scripted([...steps, json({ ...now, name: 'of another caller' })]);
    const { error } = await timed(other.patch('c', request, { ifMatch: '"1"' }));
    expect(isProblem(error, 'precondition-failed')).toBe(true);
  });

  it('returns the headers of an answer', async () => {
    const client = scripted([json(INGESTION, 200, { etag: '"7"' })]);
    const { value } = await timed(client.get('c').withResponse());
    expect(value?.data).toEqual(INGESTION);
    expect(value?.response.headers.get('etag')).toBe('"7"');
    const failing = scripted([problem(404, 'ingestion-not-found')])
      .get('c')
      .withResponse();
    expect(isProblem((await timed(failing)).error, 'ingestion-not-found')).toBe(true);
  });

  it('calls the key function again after a 401, once', async () => {
    let count = 0;
    const key = (): Promise<string> => Promise.resolve(`token-${(count += 1)}`);
    const refused = problem(401, 'unauthenticated');
    const client = scripted([refused, json(ENDED)], { key });
    expect((await timed(client.startRun('c'))).value).toEqual(ENDED);
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
    expect(await sent[1]?.json()).toEqual({ onConflict: 'refuse' });
    sent = [];
    expect((await timed(scripted([refused], { key }).get('c'))).error).toMatchObject({
      code: 'unauthenticated',
    });
    expect(sent).toHaveLength(2);
  });

  it('creates Idempotency-Keys without crypto.randomUUID', async () => {
    Object.defineProperty(globalThis.crypto, 'randomUUID', { value: undefined, configurable: true });
    try {
      await timed(scripted([json(ENDED)]).startRun('c'));
    } finally {
      Reflect.deleteProperty(globalThis.crypto, 'randomUUID');
    }
    expect(sent[0]?.headers.get('idempotency-key')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it.each(['', '.', '..'])('sends nothing for the id "%s"', async (id) => {
    expect((await timed(scripted([json({})]).get(id))).error).toBeInstanceOf(RangeError);
    expect((await timed(scripted([json({})]).delete(id))).error).toBeInstanceOf(RangeError);
    expect((await timed(scripted([json({})]).run('c', id))).error).toBeInstanceOf(RangeError);
    expect(sent).toHaveLength(0);
  });

  it('lists runs, sources and destinations page by page', async () => {
    const pages = [json({ data: [1, 2], nextPageToken: 'n' }), json({ data: [3], nextPageToken: null })];
    const all = async (list: AsyncIterable<unknown>): Promise<unknown[]> => {
      const items: unknown[] = [];
      for await (const item of list) items.push(item);
      return items;
    };
    const lists = [
      () => scripted(pages).runsAll('c'),
      () => scripted(pages).sourcesAll(),
      () => scripted(pages).destinationsAll(),
    ];
    for (const list of lists) {
      sent = [];
      expect((await timed(all(list()))).value).toEqual([1, 2, 3]);
      expect(sent[1]?.url).toContain('pageToken=n');
    }
    expect((await timed(all(scripted([json({})]).sourcesAll()))).error).toBeInstanceOf(UnexpectedAnswerError);
  });

  it('sends its name and version, and reports a lost connection as NoAnswerError', async () => {
    const { error } = await timed(scripted([lost]).get('c'));
    expect(error).toBeInstanceOf(NoAnswerError);
    const { version } = packageFile as { version: string };
    expect(sent[0]?.headers.get('user-agent')).toBe(`airbyte-ingestion-client/${version}`);
  });

  it('iterates over events, continues after the last one and waits for new ones', async () => {
    const list = (ids: readonly string[], next: string, hasMore: boolean): Step =>
      json({
        data: ids.map((id) => ({ id })),
        next,
        hasMore,
        retentionSeconds: 604_800,
        maxEvents: 200_000,
        oldestObservedAt: null,
        completeUntil: null,
      });
    const client = scripted([list(['a', 'b'], 'p2', true), list([], 'p3', false), list(['c'], 'p4', false)]);
    const events = client.events({ after: 'z', types: 'run.failed' });
    const read = async (): Promise<unknown> => (await events.next()).value?.id;
    expect([await read(), await read()]).toEqual(['a', 'b']);
    expect(await timed(read())).toMatchObject({ value: 'c', tookMs: 2000 });
    expect(sent.map((request) => new URL(request.url).searchParams.get('after'))).toEqual(['z', 'p2', 'p3']);
    expect(new URL(sent[2]?.url ?? '').searchParams.get('types')).toBe('run.failed');
  });

  it('ends the iterator of events when the signal aborts', async () => {
    const stop = new AbortController();
    const empty = { data: [], next: 'p', hasMore: false, retentionSeconds: 1, maxEvents: 1 };
    const client = scripted([json({ ...empty, oldestObservedAt: null, completeUntil: null })]);
    const reason = new Error('enough');
    const failed = client
      .events({}, { signal: stop.signal })
      .next()
      .catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(100);
    stop.abort(reason);
    expect(await failed).toBe(reason);
  });
});
