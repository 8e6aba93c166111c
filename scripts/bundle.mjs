// Joins each program of the build with its libraries into one file, so that it needs no node_modules when it runs. Bundled
// from what `nest build` made, because esbuild does not know the metadata that TypeScript emits for decorators. Source maps
// lead back to src/.
import { build } from 'esbuild';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SQLITE = '@photostructure/sqlite';

const OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: true,
  sourcesContent: false,
  minifyWhitespace: true,
  // Node prints the whole source line of an uncaught error.
  lineLimit: 200,
  logLevel: 'warning',
  absWorkingDir: ROOT,
};

/** @param folder of the build, where `nest build` has put its files: the programs among them are replaced */
export async function bundle(folder) {
  const connectors = readdirSync(join(folder, 'embedded', 'connectors'), { withFileTypes: true })
    .map(({ name }) => join(folder, 'embedded', 'connectors', name, 'main.js'))
    .filter((file) => existsSync(file));
  await build({
    ...OPTIONS,
    entryPoints: [
      join(folder, 'main.js'),
      join(folder, 'doctor', 'main.js'),
      join(folder, 'backup', 'main.js'),
      join(folder, 'notifications', 'main.js'),
      join(folder, 'embedded', 'index.js'),
      join(folder, 'embedded', 'configuration', 'worker.js'),
      join(folder, 'embedded', 'installer', 'main.js'),
      ...connectors,
    ],
    outdir: folder,
    outbase: folder,
    allowOverwrite: true,
    // Its main file is UMD, whose requires esbuild does not see.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    external: [
      // A program of its own: in front of a real Airbyte it is not loaded.
      './embedded/index.js',
      // Has a native addon, and lies beside the programs.
      SQLITE,
      // Libraries ask for these and do without them.
      '@fastify/view',
      '@nestjs/microservices',
      '@nestjs/microservices/*',
      '@nestjs/platform-express',
      '@nestjs/websockets',
      '@nestjs/websockets/*',
      'class-transformer/storage',
      'pg-native',
    ],
  });
  await build({
    ...OPTIONS,
    entryPoints: ['src/demo/main.ts', 'src/demo/deployment.ts', 'src/demo/connect/main.ts'],
    outbase: 'src/demo',
    outdir: join(folder, 'demo'),
  });
  copyPackage('node-gyp-build', folder);
  const addons = join('prebuilds', `${process.platform}-${process.arch}`);
  copyPackage(SQLITE, folder, ['package.json', 'LICENSE', 'dist', addons]);
}

/** Beside the programs, where `require` finds it first. */
function copyPackage(name, folder, parts = ['']) {
  for (const part of parts)
    cpSync(join(ROOT, 'node_modules', name, part), join(folder, 'node_modules', name, part), {
      recursive: true,
    });
}
