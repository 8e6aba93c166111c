import type { FastifyInstance, FastifyRequest, HookHandlerDoneFunction, RequestPayload } from 'fastify';
import { malformedBody, ProblemException } from '../api/problem/problem.exception';
import { bodySizeProblem } from './body-size';
import { keyOf } from './caller-turns';
import { jsonSyntaxProblem, duplicateMemberProblem } from './json-syntax';
import type { WorkTurns } from './work-turns';

/** The only reason why the parser rejects well-formed JSON. */
const PROTOTYPE_MEMBERS = 'The member names __proto__ and constructor.prototype are not allowed.';

/** Larger bodies are parsed in turns, because parsing and validation take milliseconds. */
const SMALL_BODY_CHARACTERS = 4096;

const WITH_BODY = ['POST', 'PUT', 'PATCH'];

/**
 * Accepts JSON bodies with a limited depth and number of values. Other media types get 415: any web page can send text and
 * forms without a preflight request (Fetch Standard, CORS-safelisted headers).
 */
export function addJsonBodyParser(fastify: FastifyInstance, turns: WorkTurns): void {
  fastify.removeContentTypeParser(['text/plain', 'application/json']);
  addJsonParser(fastify, turns);
  fastify.addHook('preParsing', ignoreTypeOfEmptyBody);
  fastify.addHook('onRoute', (route) => {
    const methods = [route.method].flat();
    if (!methods.some((method) => WITH_BODY.includes(method))) return;
    const others = route.preValidation === undefined ? [] : [route.preValidation].flat();
    route.preValidation = [...others, refuseLargeStructure];
  });
}

/**
 * Ignores the Content-Type of an empty body. Many clients send a Content-Type with every POST: `curl -d ''`, axios, urllib,
 * Net::HTTP and jQuery.
 */
function ignoreTypeOfEmptyBody(
  { headers }: FastifyRequest,
  _reply: unknown,
  payload: RequestPayload,
  done: (error: Error | null, payload: RequestPayload) => void,
): void {
  const proceed = (): void => {
    done(null, payload);
  };
  const continueWithoutBody = (): void => {
    delete headers['content-type'];
    delete headers['transfer-encoding'];
    headers['content-length'] = '0';
    proceed();
  };
  const { 'content-type': type, 'transfer-encoding': coding, 'content-length': length = '0' } = headers;
  if (coding !== undefined) onFirstChunk(payload, proceed, continueWithoutBody);
  else if (type !== undefined && Number(length) === 0) continueWithoutBody();
  else proceed();
}

/** Waits for the first chunk or the end of a chunked body, because a chunked body has no Content-Length. */
function onFirstChunk(payload: RequestPayload, onBytes: () => void, onEnd: () => void): void {
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

/** Parses JSON. Accepts an empty body, because some clients send an empty chunked body as JSON. */
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
        if (error) done(isJson(body) ? malformedBody(PROTOTYPE_MEMBERS) : jsonSyntaxProblem(body));
        else done(duplicateMemberProblem(body) ?? null, value);
      });
    };
    if (body.length <= SMALL_BODY_CHARACTERS) read();
    else turns.add(keyOf(request), read);
  });
}

/** Call it only after the parser has rejected the body, because it parses the body again. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // The body is not well-formed.
    return false;
  }
}

function refuseLargeStructure(request: FastifyRequest, _reply: unknown, done: HookHandlerDoneFunction): void {
  done(bodySizeProblem(request.body));
}

/** JSON must be encoded in UTF-8 (RFC 8259, section 8.1). The gateway would decode other encodings incorrectly. */
function unsupportedCharset(charset: string): ProblemException {
  return new ProblemException(
    'unsupported-media-type',
    `The body is announced as ${charset.slice(0, 40)}. Encode it in UTF-8 and send Content-Type: application/json.`,
  );
}
