/**
 * The published client as its users get it: packed, installed into an empty project, its README compiled as an ES module
 * and a CommonJS program beside it, under strict settings that check its declarations too.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { buildClient, CLIENT } from './client';
import type { KeyedGateway } from './keyed-gateway';
import { readPackage } from './package-json';
import { type Row, rowOf } from './row';
import { ROOT, run, runAll, TOOLS } from './shell';

const STRICT = [
  ...['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--target', 'ES2022'],
  ...['--module', 'nodenext', '--lib', 'ES2023,DOM'],
  ...['--types', 'node', '--typeRoots', `${TOOLS}/node_modules/@types`],
];
const SCHEMA = `${CLIENT}/src/schema.ts`;

/** @param folders `out` gets the project, `programs` has the program that uses the client */
export async function tryPublishedClient(
  gateway: KeyedGateway,
  folders: { readonly out: string; readonly programs: string },
): Promise<Row> {
  const { name, version } = readPackage(CLIENT);
  const row = (values: Pick<Row, 'result'> & Partial<Row>): Row =>
    rowOf('clients/typescript', { version, compiled: 'no', ...values });
  const committed = readFileSync(SCHEMA, 'utf8');
  buildClient();
  if (readFileSync(SCHEMA, 'utf8') !== committed)
    return row({ result: 'FAILED: src/schema.ts did not match openapi.json; it does now, commit it' });

  const home = `${folders.out}/published`;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(`${home}/package.json`, '{ "name": "user-of-the-client", "private": true }\n');
  cpSync(`${folders.programs}/published/main.cts`, `${home}/main.cts`);
  writeFileSync(`${home}/readme.mts`, readmeProgram(gateway));
  const tarball = `${home}/${name.slice(1).replace('/', '-')}-${version}.tgz`;
  const installed = runAll(
    [
      ['npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', home, CLIENT],
      ['npm', 'install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', tarball],
    ],
    { cwd: home },
  );
  if (!installed.ok) return row({ result: `FAILED to install the package\n${installed.output}` });
  const tsc = [`${TOOLS}/node_modules/.bin/tsc`, ...STRICT, '--outDir', `${home}/dist`];
  const compiled = run([...tsc, `${home}/readme.mts`, `${home}/main.cts`], { cwd: home });
  if (!compiled.ok) return row({ result: `FAILED to compile\n${compiled.output}` });

  const env = { ...process.env, GATEWAY_URL: gateway.url, GATEWAY_KEY: gateway.key };
  const deployment = [`${ROOT}/dist/demo/deployment.js`, '--url', gateway.url, '--key', gateway.key];
  const { value, calls } = await gateway.counted(() =>
    runAll(
      [
        [process.execPath, `${home}/dist/readme.mjs`],
        [process.execPath, `${home}/dist/main.cjs`],
        [process.execPath, ...deployment],
      ],
      { cwd: home, env, timeout: 120_000 },
    ),
  );
  if (!value.ok) return row({ compiled: 'yes', result: `FAILED\n${value.output}` });
  return row({ compiled: 'yes', calls, result: 'ran its README (ESM), the story (CJS) and the smoke test' });
}

/** The program of the README, with the address and key of the gateway. */
function readmeProgram(gateway: KeyedGateway): string {
  const snippet = /```ts\n([^]*?)```/.exec(readFileSync(`${CLIENT}/README.md`, 'utf8'))?.[1] ?? '';
  const place = "url: 'http://127.0.0.1:3000'";
  if (!snippet.includes(place)) throw new Error("the client's README does not have the gateway's address");
  return snippet.replace(place, `url: '${gateway.url}', key: '${gateway.key}'`);
}
