import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { createFastifyAdapter } from '../../src/app/fastify-adapter';
import { until } from '../support/until';

describe('a slow client', () => {
  const answerTo = (port: number, text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      socket.on('error', reject).on('close', () => {
        resolve(answer);
      });
    });

  // Longer than this process stands still on a busy machine: then it sees no progress of a client.
  const LIMITS = { headersMs: 500, requestMs: 3000, checkMs: 20 };
  let server: FastifyInstance;

  beforeEach(async () => {
    server = createFastifyAdapter(pino({ level: 'silent' }), LIMITS).getInstance();
    server.post('/', () => 'never');
    // The answer is larger than the buffers of both sockets.
    server.get('/', () => 'x'.repeat(20_000_000));
    await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(() => server.close());

  const port = (): number => server.addresses()[0]?.port ?? 0;

  it.each([
    ['its headers', 'POST / HTTP/1.1\r\nhost: localhost\r\n'],
    [
      'a body',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    ],
  ])('that never completes %s is disconnected with a problem', async (_what, text) => {
    const answer = await answerTo(port(), text);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"malformed-request"');
  });

  it('that sends nothing is disconnected', async () => {
    expect(await answerTo(port(), '')).toMatch(/^HTTP\/1\.1 400 /);
  });

  const connections = async (): Promise<number> =>
    new Promise((resolve) => {
      server.server.getConnections((_error, count) => {
        resolve(count);
      });
    });

  it('that stops reading its answer is disconnected', async () => {
    const socket = connect(port(), '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'),
    );
    socket.on('error', () => undefined).pause();
    await until('it to be connected', async () => (await connections()) === 1);
    expect(await until('it to be cut off', async () => (await connections()) === 0)).toBe(true);
    socket.destroy();
  });

  it('that keeps reading slowly gets the whole answer', async () => {
    const socket = connect(port(), '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'),
    );
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      socket.pause();
      setTimeout(() => socket.resume(), 12);
    });
    const startedAt = performance.now();
    await until('all of it', () => bytes > 20_000_000);
    expect(performance.now() - startedAt).toBeGreaterThan(LIMITS.requestMs);
    socket.destroy();
  });
});
