// Makes the folder `public/ui` of a build: the web page of src/ui as one script and one style sheet, each also compressed.
// Adds the script of the API reference to `public/swagger-ui`.
import { build } from 'esbuild';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const UI = fileURLToPath(new URL('../src/ui', import.meta.url));

const OPTIONS = {
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  tsconfig: join(UI, 'tsconfig.json'),
  logLevel: 'warning',
};

/** @param folder of the build */
export async function writeUiFiles(folder) {
  const out = join(folder, 'public', 'ui');
  await build({ ...OPTIONS, entryPoints: [join(UI, 'main.tsx'), join(UI, 'main.css')], outdir: out });
  await build({
    ...OPTIONS,
    entryPoints: [join(UI, 'reference', 'main.ts')],
    outfile: join(folder, 'public', 'swagger-ui', 'swagger-ui-init.js'),
    format: 'iife',
  });
  for (const name of ['index.html', 'icon.svg']) cpSync(join(UI, name), join(out, name));
  for (const name of ['main.js', 'main.css'])
    writeFileSync(join(out, `${name}.gz`), gzipSync(readFileSync(join(out, name)), { level: 9 }));
}
