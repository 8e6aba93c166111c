import type { FastifyInstance, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { ProblemException } from '../problem/problem.exception';

/** Bodies of this API are three levels deep. What is deeper is not read on: later steps follow it level by level. */
export const MAX_BODY_DEPTH = 20;

/** The one thing for which the parser refuses JSON that is well-formed. */
const POISONED = 'No member may be called __proto__, and no constructor may have a prototype.';

const WITH_BODY = ['POST', 'PUT', 'PATCH'];

/**
 * Bodies are JSON, and not nested without end. Everything else is answered with 415, and must be: any web page may make a
 * browser send plain text and forms to this machine without asking first (Fetch Standard, CORS-safelisted headers).
 */
export function addBodyRules(fastify: FastifyInstance): void {
  fastify.removeContentTypeParser(['text/plain', 'application/json']);
  addJsonParser(fastify);
  fastify.addHook('onRoute', (route) => {
    const methods = [route.method].flat();
    if (!methods.some((method) => WITH_BODY.includes(method))) return;
    const others = route.preValidation === undefined ? [] : [route.preValidation].flat();
    route.preValidation = [...others, refuseDeepBody];
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

function refuseDeepBody(request: FastifyRequest, _reply: unknown, done: HookHandlerDoneFunction): void {
  if (!isDeeperThan(request.body, MAX_BODY_DEPTH)) {
    done();
    return;
  }
  done(new ProblemException('malformed-body', `A body may be nested at most ${MAX_BODY_DEPTH} levels deep.`));
}

/** Whether objects and arrays are nested more than so many levels deep. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}
