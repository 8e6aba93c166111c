import type { FastifyInstance } from 'fastify';
import { strongTag } from '../http/conditional';
import { ProblemException } from '../api/problem/problem.exception';
import { builtFile } from './built-files';
import { type Page, sendPage } from './conditional-send';
import { OPEN_ROUTE } from '../http/route-config';

/** Serves the pages of docs/errors at the URIs of the problem types (RFC 9457, 3.1.1). */
export function addProblemPages(fastify: FastifyInstance): void {
  const pages = pagesOf(builtFile('problems.json'));
  fastify.get('/problems', OPEN_ROUTE, (request, reply) => sendPage(request, reply, pageOf(pages, '')));
  fastify.get<{ Params: { code: string } }>('/problems/:code', OPEN_ROUTE, (request, reply) =>
    sendPage(request, reply, pageOf(pages, request.params.code)),
  );
}

function pageOf(pages: ReadonlyMap<string, Page>, code: string): Page {
  const page = pages.get(code);
  if (page) return page;
  throw new ProblemException('route-not-found', 'No problem has this code. GET /problems lists them all.');
}

function pagesOf(text: string): Map<string, Page> {
  const parsed: unknown = JSON.parse(text);
  return new Map(
    Object.entries(parsed ?? {}).map(([code, html]) => {
      const body = Buffer.from(String(html));
      return [code, { tag: strongTag(String(html)), type: 'text/html; charset=utf-8', parts: [body] }];
    }),
  );
}
