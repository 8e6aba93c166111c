// Joins the built gateway and its libraries into one file, dist/gateway.js: Node then opens one file at the start
// instead of 1700, which is most of what starting takes. Bundled from what `nest build` made, because esbuild does not
// know the metadata that TypeScript emits for decorators. Names stay, and the source map leads back to src/.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const dist = (name) => fileURLToPath(new URL(`../dist/${name}`, import.meta.url));

await build({
  entryPoints: [dist('main.js')],
  outfile: dist('gateway.js'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  keepNames: true,
  minifyWhitespace: true,
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
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
