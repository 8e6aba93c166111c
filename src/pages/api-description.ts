import type { FastifyInstance } from 'fastify';
import { strongTag } from '../http/conditional';
import { builtFile } from './built-files';
import { type Page, sendPage } from './conditional-send';
import { OPEN_ROUTE } from '../http/route-config';
import { serverOf } from './server-url';

/** Placeholder for the server URL. scripts/public-files.mjs writes it into the built files. */
const SERVER = 'http://server.invalid';
const FORMATS = [
  ['openapi.json', 'application/json; charset=utf-8'],
  ['openapi-3.0.json', 'application/json; charset=utf-8'],
  ['openapi.yaml', 'application/yaml; charset=utf-8'],
] as const;

/**
 * Serves the OpenAPI documents. The server URL is the origin of the request, so that tools can use it unchanged.
 * @param signIn true if authentication is enabled
 */
export function addApiDescriptions(fastify: FastifyInstance, signIn: boolean): void {
  for (const [name, type] of FORMATS) {
    const text = builtFile(`${signIn ? 'sign-in' : 'open'}/${name}`);
    const pageFor = pageWithServer(text, type);
    fastify.get(`/${name}`, OPEN_ROUTE, (request, reply) =>
      sendPage(request, reply, pageFor(serverOf(request))),
    );
  }
}

function pageWithServer(text: string, type: string): (server: string) => Page {
  const [before = '', ...after] = text.split(SERVER);
  const [head, tail] = [before, after.join(SERVER)].map((part) => Buffer.from(part));
  if (!head || !tail?.length)
    throw new Error('the built OpenAPI document contains no server. Run npm run build.');
  const digest = strongTag(text);
  return (server) => ({ tag: strongTag([digest, server]), type, parts: [head, Buffer.from(server), tail] });
}
