import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { readdirSync } from 'node:fs';
import { strongTag } from '../http/conditional';
import { builtPath } from './built-files';
import { type Page, sendPage } from './conditional-send';
import { OPEN_ROUTE } from '../http/route-config';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Airbyte Ingestion API</title>
<link rel="stylesheet" href="./swagger-ui.css">
<link rel="icon" type="image/png" href="./favicon-32x32.png" sizes="32x32">
<link rel="icon" type="image/png" href="./favicon-16x16.png" sizes="16x16">
</head>
<body>
<div id="swagger-ui"></div>
<script src="./swagger-ui-bundle.js"></script>
<script src="./swagger-ui-standalone-preset.js"></script>
<script src="./swagger-ui-init.js"></script>
</body>
</html>
`;

/** Tags and operations of the reference by use. Others follow; the probes come last. */
const TAGS = ['ingestion', 'runs', 'schedule', 'events'];
const OPERATIONS = [
  'createIngestion',
  'checkIngestion',
  'listIngestions',
  'getIngestionStatus',
  'getIngestion',
  'patchIngestion',
  'startRun',
  'listRuns',
  'getRun',
  'cancelRun',
  'listEvents',
];

/** Derives the server URL from the URL of the page. The result is correct even behind a proxy that is not trusted. */
const INIT = `(async () => {
  const placeIn = (list, name) => (name === 'health' ? 1000 : list.includes(name) ? list.indexOf(name) : 100);
  const byUse = (list, a, b) => placeIn(list, a) - placeIn(list, b) || (a < b ? -1 : 1);
  const idOf = (operation) => operation.getIn(['operation', 'operationId']);
  const response = await fetch('../openapi.json');
  const spec = await response.json();
  spec.servers = [{ url: new URL('..', location.href).href.replace(/\\/$/, '') }];
  window.ui = SwaggerUIBundle({
    spec,
    dom_id: '#swagger-ui',
    deepLinking: true,
    tagsSorter: (a, b) => byUse(${JSON.stringify(TAGS)}, a, b),
    operationsSorter: (a, b) => byUse(${JSON.stringify(OPERATIONS)}, idOf(a), idOf(b)),
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    layout: 'StandaloneLayout',
  });
})();
`;

/** Serves Swagger UI at /docs/. */
export function addDocsPage(fastify: FastifyInstance): void {
  const root = builtPath('swagger-ui');
  fastify.register(fastifyStatic, { root, serve: false, cacheControl: false });
  fastify.get('/docs', OPEN_ROUTE, (_request, reply) =>
    reply.status(302).header('location', './docs/').send(),
  );
  serve(fastify, '/docs/', page(PAGE, 'text/html; charset=utf-8'));
  serve(fastify, '/docs/swagger-ui-init.js', page(INIT, 'text/javascript; charset=utf-8'));
  for (const name of readdirSync(root))
    fastify.get(`/docs/${name}`, OPEN_ROUTE, (_request, reply) =>
      reply.header('cache-control', 'public, no-cache').sendFile(name),
    );
}

function serve(fastify: FastifyInstance, url: string, content: Page): void {
  fastify.get(url, OPEN_ROUTE, (request, reply) => sendPage(request, reply, content));
}

function page(text: string, type: string): Page {
  return { tag: strongTag(text), type, parts: [Buffer.from(text)] };
}
