// Joins the built gateway and its libraries into one file, dist/gateway.bundle.js: Node then opens one file at the start
// instead of 1700, and what V8 makes of it is kept beside it, so that a start compiles nothing. Bundled from what
// `nest build` made, because esbuild does not know the metadata that TypeScript emits for decorators. Names stay, and the
// source map leads back to src/.
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const dist = (name) => fileURLToPath(new URL(`../dist/${name}`, import.meta.url));

await build({
  entryPoints: [dist('main.js')],
  outfile: dist('gateway.bundle.js'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // Compiled code has lost where it may import from; `require` it is given, and all that stays outside can be required.
  supported: { 'dynamic-import': false },
  minifyWhitespace: true,
  // What src/bundle.ts calls.
  banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
  footer: { js: '})' },
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  // Its main file is UMD, whose requires esbuild does not see.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  plugins: [{ name: 'leave-out', setup: leaveOut }],
  external: [
    // Loaded only when it is needed, and it starts programs that lie beside it.
    './embedded/index.js',
    // Loaded only when it is needed.
    'ioredis',
    'jose',
    // Reads files that lie beside it.
    '@fastify/static',
    'swagger-ui-dist',
    'swagger-ui-dist/*',
    // Nest asks for these and does without them.
    '@fastify/view',
    '@nestjs/microservices',
    '@nestjs/microservices/*',
    '@nestjs/platform-express',
    '@nestjs/websockets',
    '@nestjs/websockets/*',
    'class-transformer/storage',
  ],
});

await escape(dist('gateway.bundle.js'));
await thinOutMap(dist('gateway.bundle.js.map'));
const compile = fileURLToPath(new URL('compile-bundle.mjs', import.meta.url));
// Nothing of who builds may change what is compiled, and the gateway's greeting is of no use here.
const { status } = spawnSync(process.execPath, [compile], {
  env: { PATH: process.env['PATH'] },
  stdio: ['ignore', 'ignore', 'inherit'],
});
process.exit(status ?? 1);

/** class-validator loads 350 kB of phone numbers for a rule that nothing here uses: what used it would say so at once. */
function leaveOut({ onResolve, onLoad }) {
  onResolve({ filter: /^libphonenumber-js/ }, ({ path }) => ({ path, namespace: 'left-out' }));
  onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
    contents: `module.exports = new Proxy({}, { get() { throw new Error('the bundle leaves ${path} out'); } });`,
  }));
}

/** esbuild leaves letters beyond ASCII in regular expressions as they are, and V8 would keep the whole text in two bytes each. */
async function escape(file) {
  const text = await readFile(file, 'utf8');
  const escaped = text.replace(
    /[^\0-\x7F]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  await writeFile(file, escaped);
}

/** Of libraries the map keeps lines and no columns: whoever tells the first error has to read all of it. */
async function thinOutMap(file) {
  const map = JSON.parse(await readFile(file, 'utf8'));
  const isOfLibrary = map.sources.map((source) => source.includes('/node_modules/'));
  let last = [];
  const lines = decode(map.mappings).map((segments) =>
    segments.filter((segment, index) => {
      const [, source, line] = segment;
      const isNew = index === 0 || source !== last[1] || line !== last[2];
      last = segment;
      return isNew || !isOfLibrary[source];
    }),
  );
  await writeFile(file, JSON.stringify({ ...map, mappings: encode(lines) }));
}
