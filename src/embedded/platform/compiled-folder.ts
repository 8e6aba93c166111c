import { realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/**
 * The folder of the compiled embedded Airbyte. Connectors and workers always run as the build compiled them, also when the
 * engine itself runs from its sources in a test.
 */
export function compiledFolder(): string {
  // The bundle, embedded/index.js, contains this file.
  const here = basename(__dirname) === 'embedded' ? __dirname : dirname(__dirname);
  const source = `${sep}src${sep}embedded`;
  if (!here.endsWith(source)) return here;
  return join(realpathSync(join(here.slice(0, -source.length), 'dist')), 'embedded');
}
