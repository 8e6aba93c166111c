// The published client, as those get it who install it: packed, installed into a project of its own, its README compiled
// as an ES module and a CommonJS program beside it, under strict settings that look into its declarations too.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { buildClient, CLIENT } from './client.mjs';
import { ROOT, run, runAll } from './shell.mjs';
import { TOOLS } from './tools.mjs';

const STRICT = [
  ...['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--target', 'ES2022'],
  ...[
    '--module',
    'nodenext',
    '--lib',
    'ES2023,DOM',
    '--types',
    'node',
    '--typeRoots',
    `${TOOLS}/node_modules/@types`,
  ],
];

/** Says what became of each step. */
export async function tryPublishedClient(gateway, out, programs) {
  const { name, version } = JSON.parse(readFileSync(`${CLIENT}/package.json`, 'utf8'));
  const row = { generator: 'clients/typescript', version, compiled: 'no', calls: '-' };
  const committed = readFileSync(`${CLIENT}/src/schema.ts`, 'utf8');
  buildClient();
  if (readFileSync(`${CLIENT}/src/schema.ts`, 'utf8') !== committed)
    return { ...row, result: 'FAILED: src/schema.ts was not what openapi.json says; it is now, commit it' };

  const home = `${out}/published`;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(`${home}/package.json`, '{ "name": "somebody", "private": true }\n');
  cpSync(`${programs}/published/main.cts`, `${home}/main.cts`);
  writeFileSync(`${home}/readme.mts`, readmeProgram(gateway));
  const tarball = `${home}/${name.slice(1).replace('/', '-')}-${version}.tgz`;
  const installed = runAll(
    [
      ['npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', home, CLIENT],
      ['npm', 'install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', tarball],
    ],
    { cwd: home },
  );
  if (!installed.ok) return { ...row, result: `FAILED to install what was packed\n${installed.output}` };
  const tsc = [`${TOOLS}/node_modules/.bin/tsc`, ...STRICT, '--outDir', `${home}/dist`];
  const compiled = run([...tsc, `${home}/readme.mts`, `${home}/main.cts`], { cwd: home });
  if (!compiled.ok) return { ...row, result: `FAILED to compile\n${compiled.output}` };

  const before = gateway.calls();
  const env = { ...process.env, GATEWAY_URL: gateway.url, GATEWAY_KEY: gateway.key };
  const told = runAll(
    [
      [process.execPath, `${home}/dist/readme.mjs`],
      [process.execPath, `${home}/dist/main.cjs`],
      [process.execPath, `${ROOT}/dist/demo/deployment.js`, '--url', gateway.url, '--key', gateway.key],
    ],
    { cwd: home, env, timeout: 120_000 },
  );
  if (!told.ok) return { ...row, compiled: 'yes', result: `FAILED\n${told.output}` };
  await gateway.settle();
  const calls = gateway.calls() - before;
  const result = 'ran its README (ESM), the story (CJS) and test:deployment';
  return { ...row, compiled: 'yes', calls, result };
}

/** The README's program, pointed at the gateway at hand. */
function readmeProgram(gateway) {
  const [, snippet] = /```ts\n([^]*?)```/.exec(readFileSync(`${CLIENT}/README.md`, 'utf8'));
  const place = "url: 'http://127.0.0.1:3000'";
  if (!snippet.includes(place)) throw new Error("the client's README does not say where the gateway is");
  return snippet.replace(place, `url: '${gateway.url}', key: '${gateway.key}'`);
}
