import { dirname, sep } from 'node:path';

/**
 * The folder of the compiled embedded Airbyte. Connectors and workers always run as the build compiled them, also when the
 * engine itself runs from its sources in a test.
 */
export function compiledFolder(): string {
  const here = dirname(__dirname);
  const source = `${sep}src${sep}embedded`;
  return here.endsWith(source) ? `${here.slice(0, -source.length)}${sep}dist${sep}embedded` : here;
}
