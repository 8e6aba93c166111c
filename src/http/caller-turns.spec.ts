import { connect } from 'node:net';
import { once } from 'node:events';
import { fastify } from 'fastify';
import { addCallerTurns } from './caller-turns';

describe('the turns of callers', () => {
  it('do not start a request whose connection was closed before its turn', async () => {
    const server = fastify();
    server.decorateRequest('caller');
    const started: string[] = [];
    server.addHook('onRequest', (request, _reply, done) => {
      if (request.url === '/closed') request.raw.socket.destroy();
      done();
    });
    addCallerTurns(server);
    server.get('/:name', ({ url }) => {
      started.push(url);
      return {};
    });
    const url = new URL(await server.listen({ port: 0, host: '127.0.0.1' }));
    const socket = connect(Number(url.port), url.hostname);
    socket.write('GET /closed HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(socket, 'close');
    expect((await fetch(new URL('/open', url))).status).toBe(200);
    expect(started).toEqual(['/open']);
    await server.close();
  });
});
