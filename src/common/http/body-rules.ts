import type { FastifyInstance, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { ProblemException } from '../problem/problem.exception';
import { bodySizeProblem } from './body-size';

/** The one thing for which the parser refuses JSON that is well-formed. */
const POISONED = 'No member may be called __proto__, and no constructor may have a prototype.';

const WITH_BODY = ['POST', 'PUT', 'PATCH'];

/**
 * Bodies are JSON, with a limit on depth and on the number of values. Everything else is answered with 415, and must be: any web page may make a
 * browser send plain text and forms to this machine without asking first (Fetch Standard, CORS-safelisted headers).
 */
export function addBodyRules(fastify: FastifyInstance): void {
  fastify.removeContentTypeParser(['text/plain', 'application/json']);
  addJsonParser(fastify);
  fastify.addHook('onRoute', (route) => {
    const methods = [route.method].flat();
    if (!methods.some((method) => WITH_BODY.includes(method))) return;
    const others = route.preValidation === undefined ? [] : [route.preValidation].flat();
    route.preValidation = [...others, refuseLargeStructure];
  });
}

/** Many clients announce JSON on every request, also where they send nothing: that is no body, not a broken one. */
function addJsonParser(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') {
      done(null, undefined);
      return;
    }
    void parse(request, body, (error, value) => {
      done(error && isJson(body) ? new ProblemException('malformed-body', POISONED) : error, value);
    });
  });
}

/** Only asked of what was refused. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Whatever is wrong with it, it is not that it names what it must not.
    return false;
  }
}

function refuseLargeStructure(request: FastifyRequest, _reply: unknown, done: HookHandlerDoneFunction): void {
  done(bodySizeProblem(request.body));
}
