// Makes the demo and the deployment's smoke test: programs of their own that hold the published client, so that they run
// with nothing but `npm ci`.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

await build({
  absWorkingDir: ROOT,
  entryPoints: ['src/demo/main.ts', 'src/demo/deployment.ts'],
  outdir: 'dist/demo',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});
