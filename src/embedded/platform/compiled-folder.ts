import { realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/**
 * The folder of the compiled embedded Airbyte. Connectors and workers run from the build, also in tests that run the engine
 * from its sources.
 */
export function compiledFolder(): string {
  // In a bundle this file is part of embedded/index.js.
  const here = basename(__dirname) === 'embedded' ? __dirname : dirname(__dirname);
  const source = `${sep}src${sep}embedded`;
  if (!here.endsWith(source)) return here;
  return join(realpathSync(join(here.slice(0, -source.length), 'dist')), 'embedded');
}
