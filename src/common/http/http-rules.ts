import type { FastifyInstance } from 'fastify';
import { ProblemException } from '../problem/problem.exception';

/** What Node would answer with pages of its own, before anything of ours sees it. */
export function addHttpRules(fastify: FastifyInstance): void {
  // Expectations that nobody knows may be ignored (RFC 9110, section 10.1.1).
  fastify.server.on('checkExpectation', (request, response) => {
    fastify.server.emit('request', request, response);
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (request.headers.host !== undefined || request.raw.httpVersion !== '1.1') {
      done();
      return;
    }
    // RFC 9112, section 3.2.
    done(new ProblemException('malformed-request', 'A request of HTTP/1.1 must have a Host header.'));
  });
}
