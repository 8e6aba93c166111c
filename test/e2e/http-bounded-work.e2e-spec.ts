import { type Socket, connect } from 'node:net';
import { once } from 'node:events';
import { systemClock } from '../../src/lib/clock';
import { LARGEST_CREATION, MOST_ERRORS } from '../support/large-bodies';
import { startGateway, type TestGateway } from '../support/gateway';
import { DESTINATION_ID, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';
import { until } from '../support/until';

let upstream: ScriptedUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, AIRBYTE_MAX_CONCURRENCY: '100' });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});
beforeEach(() => {
  upstream.clear();
});

describe('a body with too many values', () => {
  const ids = { name: 'a', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
  const list = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
  const members = (count: number): Record<string, number> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, 1]));

  it.each([
    ['33,000 empty streams', '/ingestion', { ...ids, streams: list(33_000, {}) }, 'streams', '33000 items'],
    ['9,000 unknown members', '/ingestion', { ...ids, ...members(9000) }, 'body', '9003 members'],
    [
      'unknown members of a stream',
      '/ingestion',
      { ...ids, streams: [members(9000)] },
      'streams[0]',
      '9000 members',
    ],
    [
      'a nested list',
      '/ingestion',
      { ...ids, streams: [{ cursorField: list(5000, 1) }] },
      'streams[0].cursorField',
      '5000 items',
    ],
    [
      'many small lists',
      '/ingestion',
      { ...ids, streams: list(1000, { primaryKey: list(12, []) }) },
      'body',
      '10000 values',
    ],
    ['20,000 ids', '/ingestion/status/batch', { ids: list(20_000, 'a') }, 'ids', '20000 items'],
    [
      'unknown members of a schedule',
      '/schedule/preview',
      { schedule: members(9000) },
      'schedule',
      '9000 members',
    ],
  ])('is refused with one error that names the place: %s', async (_, path, body, field, count) => {
    const response = await gateway.api.post(path).send(body).expect(400);
    expect(response.body).toMatchObject({
      code: 'validation-failed',
      errors: [{ field, reason: expect.stringContaining(count) as string }],
    });
    expect(upstream.requests).toEqual([]);
  });

  it('is refused with at most 100 errors, and the answer says that there are more', async () => {
    const streams = list(1000, { name: 1, namespace: 2, syncMode: 3 });
    const response = await gateway.api
      .post('/ingestion')
      .send({ ...ids, streams })
      .expect(400);
    const { errors, detail } = response.body as { errors: unknown[]; detail: string };
    expect(errors).toHaveLength(100);
    expect(detail).toContain('More than 100 errors');
    expect(response.text.length).toBeLessThan(30_000);
  });

  it('is accepted with a thousand streams that use every member', async () => {
    const stream = {
      namespace: 'p',
      syncMode: 'incremental_deduped_history',
      cursorField: ['u'],
      primaryKey: [['i']],
    };
    const streams = Array.from({ length: 800 }, (_, index) => ({ name: `s${index}`, ...stream }));
    await gateway.api
      .post('/ingestion')
      .send({ ...ids, streams })
      .expect(201);
  });
});

describe('a large body', () => {
  const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it.each([
    ['with errors', MOST_ERRORS, 400],
    ['without errors', LARGEST_CREATION, 201],
  ])('lets other requests be answered while it is checked: %s', async (_, body, status) => {
    // Each item of the body takes longer than a slice of work.
    let elapsedMs = 0;
    const clock = jest
      .spyOn(systemClock, 'monotonicMs')
      .mockImplementation(() => performance.now() + (elapsedMs += 10));
    const answered: string[] = [];
    const answers: Promise<void>[] = [];
    const answer = async (name: string, request: PromiseLike<unknown>): Promise<void> => {
      await request;
      answered.push(name);
    };
    try {
      const large = gateway.api.post('/ingestion').type('application/json').send(body).expect(status);
      answers.push(answer('large', large));
      while (clock.mock.calls.length < 100) await nextTurn();
      answers.push(answer('small', gateway.api.get('/health/live').expect(200)));
      await Promise.all(answers);
    } finally {
      clock.mockRestore();
    }
    expect(answered).toEqual(['small', 'large']);
  });
});

describe('pipelined requests of one connection', () => {
  const status = (id: string): string => `GET /ingestion/${id}/status HTTP/1.1\r\nhost: localhost\r\n\r\n`;
  const open = async (text: string): Promise<Socket> => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  };
  const read = (socket: Socket): { text: string } => {
    const received = { text: '' };
    socket.setEncoding('utf8').on('data', (chunk: string) => (received.text += chunk));
    return received;
  };

  it('are all answered in their order, two at a time', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<undefined>(
      (resolve) =>
        (release = () => {
          resolve(undefined);
        }),
    );
    upstream.on('GET /connections/:id', () => held);
    const socket = await open(Array.from({ length: 20 }, (_, index) => status(`nothing-${index}`)).join(''));
    const received = read(socket);
    await upstream.seen('GET /connections/:id', 2);
    // A request of another connection is admitted later. When it was sent, all requests before it were sent.
    const other = gateway.api.get('/ingestion/other/status').then((response) => response.status);
    await upstream.seen('GET /connections/:id', 3);
    expect(upstream.count('GET /connections/:id')).toBe(3);
    release();
    expect(await other).toBe(404);
    await until('20 answers', () => received.text.split('HTTP/1.1 404').length === 21);
    const order = [...received.text.matchAll(/"instance":"\/ingestion\/nothing-(\d+)\/status"/g)];
    expect(order.map(([, index]) => Number(index))).toEqual(Array.from({ length: 20 }, (_, index) => index));
    socket.destroy();
  });

  it('after the 128th end the connection, after 128 answers', async () => {
    const socket = await open('GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(300));
    const received = read(socket);
    await once(socket, 'close');
    expect(received.text.split('HTTP/1.1 200').length - 1).toBe(128);
    expect(received.text).toContain('at most 128 unanswered requests');
  });
});
