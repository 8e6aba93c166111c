import type { FastifyInstance } from 'fastify';
import { readFileSync } from 'node:fs';
import { strongTag } from '../http/conditional';
import { OPEN_ROUTE } from '../http/route-config';
import { builtPath } from './built-files';
import { type Page, sendPage } from './conditional-send';
import { serverOf } from './server-url';

const INDEX = {
  docs: '/docs',
  description: '/openapi.json',
  liveness: '/health/live',
  readiness: '/health/ready',
};

/** Settings that change the commands of the guide. */
export interface GuideOptions {
  /** True if callers must authenticate. */
  readonly signIn: boolean;
  /** True if the sample ingestion of the embedded Airbyte exists. */
  readonly isEmbedded: boolean;
  /** True if the web page is served. */
  readonly hasUi: boolean;
}

/**
 * Serves a guide to browsers at `/`. Other clients are redirected to `/docs`, with a JSON index as the body. Adds the
 * style sheet of the guide and of the pages of problems.
 */
export function addGuidePage(fastify: FastifyInstance, options: GuideOptions): void {
  fastify.get('/', OPEN_ROUTE, (request, reply) => {
    void reply.header('vary', 'accept');
    if (request.headers.accept?.includes('text/html') === true)
      return sendPage(request, reply, guideFor(serverOf(request), options));
    return reply.status(302).header('location', INDEX.docs).send(INDEX);
  });
  const css = readFileSync(builtPath('pages.css'));
  const style: Page = { tag: strongTag(css.toString()), type: 'text/css; charset=utf-8', parts: [css] };
  fastify.get('/pages.css', OPEN_ROUTE, (request, reply) => sendPage(request, reply, style));
}

/** @param server origin of the request, which contains no character with a meaning in HTML */
function guideFor(server: string, { signIn, isEmbedded, hasUi }: GuideOptions): Page {
  const key = signIn ? ' -H "x-api-key: $KEY"' : '';
  const json = ` -H 'content-type: application/json' -d`;
  const schedule = '{"schedule": {"scheduleType": "cron", "cronExpression": "0 9 * * 1-5"}}';
  const sample = 'conn-12345678-1234-1234-1234-123456789012';
  const steps = [
    [
      'List the ingestions, each with its health, its last and its next sync',
      `curl -s ${server}/ingestion${key}`,
    ],
    [
      'See what a schedule means, and when it fires next',
      `curl -s ${server}/schedule/preview${key}${json} '${schedule}'`,
    ],
    isEmbedded
      ? ['Sync the sample ingestion now', `curl -s -X POST ${server}/ingestion/${sample}/runs${key}`]
      : ['List the sources that can be connected', `curl -s ${server}/sources${key}`],
  ] as const;
  const links = [
    ...(hasUi
      ? [['./ui/', 'The page', 'All ingestions by health, their runs, and a form that connects.']]
      : []),
    ['./docs/', 'The reference', 'Every operation, to try in the browser.'],
    ['./problems', 'The errors', 'What each of them means, and what to do.'],
    ['./openapi.json', 'The API description', 'OpenAPI 3.1, for generators and tools.'],
  ] as const;
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Airbyte Ingestion API</title>
<link rel="stylesheet" href="./pages.css">
<link rel="icon" type="image/png" href="./docs/favicon-32x32.png" sizes="32x32">
</head>
<body>
<main>
<h1>Airbyte Ingestion API</h1>
<p class="lead">One request connects a source to a destination on a schedule. One request tells when data last arrived and when it will
arrive next. Airbyte moves the data; you need not learn it.</p>
<h2>Try it</h2>
${signIn ? '<p>Set <code>KEY</code> to your API key.</p>\n' : ''}<ol>
${steps.map(([words, command]) => `<li>${words}:\n<pre tabindex="0" aria-label="Command">${escaped(command)}</pre></li>`).join('\n')}
</ol>
<h2>Go on</h2>
<ul class="links">
${links.map(([to, name, words]) => `<li><a href="${to}"><strong>${name}</strong><span>${words}</span></a></li>`).join('\n')}
</ul>
</main>
</body>
</html>
`;
  return { tag: strongTag(html), type: 'text/html; charset=utf-8', parts: [Buffer.from(html)] };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
