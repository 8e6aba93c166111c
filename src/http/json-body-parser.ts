import type { FastifyInstance, FastifyRequest, HookHandlerDoneFunction, RequestPayload } from 'fastify';
import { malformedBody, ProblemException } from '../api/problem/problem.exception';
import { bodySizeProblem } from './body-size';
import { keyOf } from './caller-turns';
import { jsonSyntaxProblem, duplicateMemberProblem } from './json-syntax';
import type { WorkTurns } from './work-turns';

/** The one thing for which the parser refuses JSON that is well-formed. */
const POISONED = 'No member may be called __proto__, and no constructor may have a prototype.';

/** Larger ones wait for their turn: what follows takes milliseconds. */
const SMALL_BODY_CHARACTERS = 4096;

const WITH_BODY = ['POST', 'PUT', 'PATCH'];

/**
 * Bodies are JSON, with a limit on depth and on the number of values. Everything else is answered with 415, and must be: any
 * web page may make a browser send plain text and forms to this machine without asking first (Fetch Standard, CORS-safelisted
 * headers).
 */
export function addJsonBodyParser(fastify: FastifyInstance, turns: WorkTurns): void {
  fastify.removeContentTypeParser(['text/plain', 'application/json']);
  addJsonParser(fastify, turns);
  fastify.addHook('preParsing', ignoreTypeOfNothing);
  fastify.addHook('onRoute', (route) => {
    const methods = [route.method].flat();
    if (!methods.some((method) => WITH_BODY.includes(method))) return;
    const others = route.preValidation === undefined ? [] : [route.preValidation].flat();
    route.preValidation = [...others, refuseLargeStructure];
  });
}

/**
 * A body of no bytes is no body, whatever its type. Many clients send a type with every POST: `curl -d ''`, axios, urllib,
 * Net::HTTP and jQuery announce a form or plain text.
 */
function ignoreTypeOfNothing(
  { headers }: FastifyRequest,
  _reply: unknown,
  payload: RequestPayload,
  done: (error: Error | null, payload: RequestPayload) => void,
): void {
  const goOn = (): void => {
    done(null, payload);
  };
  const goOnWithoutBody = (): void => {
    delete headers['content-type'];
    delete headers['transfer-encoding'];
    headers['content-length'] = '0';
    goOn();
  };
  const { 'content-type': type, 'transfer-encoding': coding, 'content-length': length = '0' } = headers;
  if (coding !== undefined) whenBegun(payload, goOn, goOnWithoutBody);
  else if (type !== undefined && Number(length) === 0) goOnWithoutBody();
  else goOn();
}

/** A chunked body has no length: it is looked at until it has begun or ended. */
function whenBegun(payload: RequestPayload, onBytes: () => void, onEnd: () => void): void {
  const begun = (chunk: Buffer): void => {
    payload.removeListener('end', ended);
    payload.pause();
    payload.unshift(chunk);
    onBytes();
  };
  const ended = (): void => {
    payload.removeListener('data', begun);
    onEnd();
  };
  payload.once('data', begun).once('end', ended);
}

/** Some clients send JSON of no bytes in chunks. */
function addJsonParser(fastify: FastifyInstance, turns: WorkTurns): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') {
      done(null, undefined);
      return;
    }
    const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
    if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
      done(unsupportedCharset(charset));
      return;
    }
    const read = (): void => {
      void parse(request, body, (error, value) => {
        if (error) done(isJson(body) ? malformedBody(POISONED) : jsonSyntaxProblem(body));
        else done(duplicateMemberProblem(body) ?? null, value);
      });
    };
    if (body.length <= SMALL_BODY_CHARACTERS) read();
    else turns.add(keyOf(request), read);
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

/** JSON is UTF-8 (RFC 8259, section 8.1); another encoding would be read as other characters. */
function unsupportedCharset(charset: string): ProblemException {
  return new ProblemException(
    'unsupported-media-type',
    `The body is announced as ${charset.slice(0, 40)}. Encode it in UTF-8 and send Content-Type: application/json.`,
  );
}
