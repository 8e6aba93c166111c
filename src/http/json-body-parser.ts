import type { FastifyInstance, FastifyRequest, RequestPayload } from 'fastify';
import { malformedBody, ProblemException } from '../api/problem/problem.exception';
import { inTurns } from '../lib/in-turns';
import { workTurns } from '../lib/work-turns';
import { bodyStructureProblem } from './body-structure';
import { textOfBody } from './body-text';
import { keyOf } from './caller-turns';
import { jsonSyntaxProblem, duplicateMemberProblem } from './json-syntax';

/** The only reason why the parser rejects well-formed JSON. */
const PROTOTYPE_MEMBERS = 'The member names __proto__ and constructor.prototype are not allowed.';

/** Larger bodies are parsed in turns, because parsing and validation take milliseconds. */
const SMALL_BODY_CHARACTERS = 4096;

/**
 * Accepts JSON bodies with a limited depth and number of values. Other media types get 415: any web page can send text and
 * forms without a preflight request (Fetch Standard, CORS-safelisted headers).
 */
export function addJsonBodyParser(fastify: FastifyInstance): void {
  fastify.removeContentTypeParser(['text/plain', 'application/json']);
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: Buffer) => {
      // Some clients send an empty chunked body as JSON.
      if (bytes.length === 0) return undefined;
      refuseCoding(request.headers['content-encoding'] ?? 'identity');
      refuseCharset(request.headers['content-type'] ?? '');
      const body = textOfBody(bytes);
      const parsed = bodyOf(body, (done) => void parse(request, body, done));
      if (body.length <= SMALL_BODY_CHARACTERS) return inTurns(parsed);
      const key = keyOf(request);
      await workTurns.turn(key);
      const value = await inTurns(parsed, key);
      if (typeof value === 'object' && value !== null) workTurns.assign(value, key);
      return value;
    },
  );
  fastify.addHook('preParsing', ignoreTypeOfEmptyBody);
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

type ParseJson = (done: (error: Error | null, value: unknown) => void) => void;

/** Checks the size before the members: looking for duplicates recurses into every level. */
function* bodyOf(text: string, parse: ParseJson): Generator<void, unknown> {
  let result: { readonly error: Error | null; readonly value: unknown } | undefined;
  parse((error, value) => (result = { error, value }));
  yield;
  if (!result || result.error)
    throw isJson(text) ? malformedBody(PROTOTYPE_MEMBERS) : jsonSyntaxProblem(text);
  const tooLarge = bodyStructureProblem(result.value);
  if (tooLarge) throw tooLarge;
  yield;
  const duplicate = duplicateMemberProblem(text);
  if (duplicate) throw duplicate;
  return result.value;
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

/** An unsupported content coding is answered with 415 (RFC 9110, section 15.5.16). */
function refuseCoding(coding: string): void {
  if (/^identity$/i.test(coding.trim())) return;
  throw new ProblemException(
    'unsupported-media-type',
    `The body is announced as compressed (Content-Encoding: ${coding.slice(0, 40)}). Send it without compression.`,
  );
}

/** The gateway would decode other encodings incorrectly. */
function refuseCharset(contentType: string): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1];
  if (charset === undefined || /^(utf-?8|us-ascii)$/i.test(charset)) return;
  throw new ProblemException(
    'unsupported-media-type',
    `The body is announced as ${charset.slice(0, 40)}. Encode it in UTF-8 and send Content-Type: application/json.`,
  );
}
