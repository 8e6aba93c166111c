import type { FastifyInstance, FastifyRequest } from 'fastify';
import { strongTag } from '../http/conditional';
import { builtFile } from './built-files';
import { type Page, sendPage } from './conditional-send';

/** Stands for the gateway's address in the built files (scripts/public-files.mjs). */
const SERVER = 'http://server.invalid';
/** Where nothing better is known. */
const FALLBACK = 'http://127.0.0.1:3000';

const FORMATS = [
  ['openapi.json', 'application/json; charset=utf-8'],
  ['openapi-3.0.json', 'application/json; charset=utf-8'],
  ['openapi.yaml', 'application/yaml; charset=utf-8'],
] as const;

/** Protocol, a name or an address, and a port. Whatever else a caller sends is not written into an answer. */
const SERVER_URL = /^https?:\/\/([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?$/;

/**
 * Serves the API descriptions. Each names the address under which it was asked for as its server, so that tools can call it
 * as it stands.
 * @param signIn whether callers have to sign in here
 */
export function addApiDescriptions(fastify: FastifyInstance, signIn: boolean): void {
  for (const [name, type] of FORMATS) {
    const text = builtFile(`${signIn ? 'sign-in' : 'open'}/${name}`);
    const pageFor = pageWithServer(text, type);
    fastify.get(`/${name}`, { config: { rules: { access: 'open' } } }, (request, reply) =>
      sendPage(request, reply, pageFor(serverOf(request))),
    );
  }
}

function pageWithServer(text: string, type: string): (server: string) => Page {
  const [before = '', ...after] = text.split(SERVER);
  const [head, tail] = [before, after.join(SERVER)].map((part) => Buffer.from(part));
  if (!head || !tail?.length)
    throw new Error('the built API description names no server. Run npm run build.');
  const digest = strongTag(text);
  return (server) => ({ tag: strongTag([digest, server]), type, parts: [head, Buffer.from(server), tail] });
}

/** `X-Forwarded-Proto` and `X-Forwarded-Host` count behind trusted proxies alone; even those may send anything. */
function serverOf({ protocol, host }: FastifyRequest): string {
  const server = `${protocol}://${host}`;
  return SERVER_URL.test(server) ? server : FALLBACK;
}
