import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { readdirSync } from 'node:fs';
import { strongTag } from '../http/conditional';
import { builtPath } from './built-files';
import { type Page, sendPage } from './conditional-send';
import { OPEN_ROUTE } from '../http/route-config';

/** Settings that the script of the page reads. */
export interface DocsOptions {
  /** True if callers must authenticate. */
  readonly signIn: boolean;
  /** True if the samples of the embedded Airbyte exist. */
  readonly isEmbedded: boolean;
}

function pageFor({ signIn, isEmbedded }: DocsOptions): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="sign-in" content="${signIn ? 'required' : 'off'}">
<meta name="airbyte" content="${isEmbedded ? 'embedded' : 'own'}">
<title>Reference – Airbyte Ingestion API</title>
<link rel="stylesheet" href="./swagger-ui.css">
<link rel="icon" type="image/png" href="./favicon-32x32.png" sizes="32x32">
<link rel="icon" type="image/png" href="./favicon-16x16.png" sizes="16x16">
</head>
<body>
<div id="swagger-ui"></div>
<script src="./swagger-ui-bundle.js"></script>
<script src="./swagger-ui-init.js"></script>
</body>
</html>
`;
}

/** Serves Swagger UI at /docs/, with the script of `src/ui/reference`. */
export function addDocsPage(fastify: FastifyInstance, options: DocsOptions): void {
  const root = builtPath('swagger-ui');
  fastify.register(fastifyStatic, { root, serve: false, cacheControl: false });
  fastify.get('/docs', OPEN_ROUTE, (_request, reply) =>
    reply.status(302).header('location', './docs/').send(),
  );
  const text = pageFor(options);
  const page: Page = { tag: strongTag(text), type: 'text/html; charset=utf-8', parts: [Buffer.from(text)] };
  fastify.get('/docs/', OPEN_ROUTE, (request, reply) => sendPage(request, reply, page));
  for (const name of readdirSync(root))
    fastify.get(`/docs/${name}`, OPEN_ROUTE, (_request, reply) =>
      reply.header('cache-control', 'public, no-cache').sendFile(name),
    );
}
