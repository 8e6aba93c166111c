// Makes the folder `public` of a build: what the gateway serves to readers. The API descriptions come in each format, with
// and without sign-in; the pages of docs/errors come as HTML; Swagger UI is copied. Made by `npm run build`, so that nothing
// is rendered or serialised while requests wait.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';
import { marked } from 'marked';

const ROOT = new URL('..', import.meta.url);
const ERRORS = new URL('docs/errors/', ROOT);
/** The gateway puts in its place where it was asked. */
const SERVER = 'http://server.invalid';
/** Of the package swagger-ui-dist, what the page needs. */
const SWAGGER_UI = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-16x16.png', 'favicon-32x32.png'];
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

/** @param document with the address of a gateway that has its defaults */
function served(document) {
  return { ...document, servers: document.servers.map((server) => ({ ...server, url: SERVER })) };
}

/** For a gateway that knows no callers: nobody has to sign in. */
function withoutSignIn(document) {
  const components = without(document.components, 'securitySchemes');
  const paths = Object.entries(document.paths).map(([path, item]) => [path, openItem(item)]);
  return { ...document, paths: Object.fromEntries(paths), components };
}

function without(object, name) {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
}

function openItem(item) {
  const entries = Object.entries(item).map(([method, operation]) => {
    if (!METHODS.includes(method)) return [method, operation];
    return [method, { ...without(operation, 'x-required-scope'), security: [] }];
  });
  return Object.fromEntries(entries);
}

/** Links between the pages lead to where they are served. */
function pageOf(name) {
  const text = readFileSync(new URL(name, ERRORS), 'utf8').replaceAll(
    /\]\(([a-z-]+|README)\.md\)/g,
    (_, code) => (code === 'README' ? '](/problems)' : `](/problems/${code})`),
  );
  const title = /^# (.+)$/m.exec(text)?.[1] ?? 'Problems';
  const isIndex = name === 'README.md';
  const root = isIndex ? './' : '../';
  const back = isIndex ? '' : '<p><a href="/problems">All problems</a></p>\n';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – Airbyte Ingestion API</title>
<link rel="stylesheet" href="${root}pages.css">
<link rel="icon" type="image/png" href="${root}docs/favicon-32x32.png" sizes="32x32">
</head>
<body>
<main>
${marked.parse(text).replaceAll('<pre>', '<pre tabindex="0">')}${back}</main>
</body>
</html>
`;
}

function describe(out, adapt) {
  for (const name of ['openapi.json', 'openapi-3.0.json']) {
    const document = adapt(served(JSON.parse(readFileSync(new URL(name, ROOT), 'utf8'))));
    write(join(out, name), JSON.stringify(document));
    if (name === 'openapi.json')
      write(join(out, 'openapi.yaml'), dump(document, { noRefs: true, lineWidth: -1 }));
  }
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

export function writePublicFiles(build) {
  const out = join(build, 'public');
  describe(join(out, 'sign-in'), (document) => document);
  describe(join(out, 'open'), withoutSignIn);
  const names = readdirSync(ERRORS).filter((name) => name.endsWith('.md'));
  const pages = names.map((name) => [name === 'README.md' ? '' : name.slice(0, -'.md'.length), pageOf(name)]);
  write(join(out, 'problems.json'), JSON.stringify(Object.fromEntries(pages)));
  cpSync(new URL('src/pages/pages.css', ROOT), join(out, 'pages.css'));
  for (const name of SWAGGER_UI)
    cpSync(new URL(`node_modules/swagger-ui-dist/${name}`, ROOT), join(out, 'swagger-ui', name));
}
