import { sep } from 'node:path';

/**
 * Where the compiled embedded Airbyte is. Connectors and workers always run as the build compiled them, also when the
 * engine itself runs from its sources in a test.
 */
export function compiledFolder(): string {
  const source = `${sep}src${sep}embedded`;
  return __dirname.endsWith(source)
    ? `${__dirname.slice(0, -source.length)}${sep}dist${sep}embedded`
    : __dirname;
}
