import type { FastifyInstance } from 'fastify';
import { readFileSync } from 'node:fs';
import { strongTag } from '../http/conditional';
import { OPEN_ROUTE } from '../http/route-config';
import { builtFile, builtPath } from './built-files';
import { type Page, sendPage } from './conditional-send';

/** Placeholder in the page. */
const SIGN_IN = 'SIGN-IN';

const FILES = [
  ['main.js', 'text/javascript; charset=utf-8'],
  ['main.css', 'text/css; charset=utf-8'],
] as const;

/**
 * Serves the web page of `src/ui` at /ui/.
 * @param signIn true if callers must authenticate. The page then asks for a key before its first request.
 */
export function addUiPage(fastify: FastifyInstance, signIn: boolean): void {
  fastify.get('/ui', OPEN_ROUTE, (_request, reply) => reply.status(302).header('location', './ui/').send());
  const html = builtFile('ui/index.html').replace(SIGN_IN, signIn ? 'required' : 'off');
  serve(fastify, '/ui/', pageOf(Buffer.from(html), 'text/html; charset=utf-8'));
  serve(fastify, '/ui/icon.svg', pageOf(readFileSync(builtPath('ui/icon.svg')), 'image/svg+xml'));
  for (const [name, type] of FILES) serveCompressed(fastify, name, type);
}

function serve(fastify: FastifyInstance, url: string, page: Page): void {
  fastify.get(url, OPEN_ROUTE, (request, reply) => sendPage(request, reply, page));
}

/** The build has compressed these files. */
function serveCompressed(fastify: FastifyInstance, name: string, type: string): void {
  const plain = pageOf(readFileSync(builtPath(`ui/${name}`)), type);
  const compressed = pageOf(readFileSync(builtPath(`ui/${name}.gz`)), type);
  fastify.get(`/ui/${name}`, OPEN_ROUTE, (request, reply) => {
    void reply.header('vary', 'accept-encoding');
    if (!/\bgzip\b/.test(request.headers['accept-encoding']?.toString() ?? ''))
      return sendPage(request, reply, plain);
    return sendPage(request, reply.header('content-encoding', 'gzip'), compressed);
  });
}

function pageOf(content: Buffer, type: string): Page {
  return { tag: strongTag(content.toString('base64')), type, parts: [content] };
}
