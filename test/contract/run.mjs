// npm run contract: everything that the API description promises, tried from a fresh clone. It checks and lints the
// description, generates a client with every generator, compiles each under strict settings, lets each tell the whole
// story to a live gateway, and ends with a table. Exits with 1 if anything is not as it should be. With names of generators,
// `proxies`, `respect` or `postman` it tries only those.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { COMPILERS } from './compilers.mjs';
import { startGateway } from './gateway.mjs';
import { GENERATORS } from './generators.mjs';
import { tryPublishedClient } from './published.mjs';
import { tryRespect } from './respect.mjs';
import { has, ROOT, run, runAll } from './shell.mjs';
import { ensureTools, TOOLS } from './tools.mjs';

const OUT = fileURLToPath(new URL('out', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('programs', import.meta.url));

function installedVersion(name) {
  return JSON.parse(readFileSync(`${TOOLS}/node_modules/${name}/package.json`, 'utf8')).version;
}

/** Generates, compiles and runs one client; says what became of each step. */
async function tryOut(name, generator, gateway) {
  const row = { generator: name, version: installedVersion(generator.package), compiled: '-', calls: '-' };
  const place = { name, home: `${OUT}/${name}`, out: OUT, jar: generator.jar };
  const generated = `${place.home}/generated`;
  mkdirSync(generated, { recursive: true });
  cpSync(`${PROGRAMS}/${name}`, place.home, { recursive: true });
  if (generator.needs && !has(generator.needs))
    return { ...row, result: `FAILED: no ${generator.needs} here` };
  const document = `${OUT}/${generator.document ?? 'openapi.json'}`;
  for (const [alias, target] of Object.entries(generator.links ?? {})) {
    mkdirSync(`${place.home}/node_modules`, { recursive: true });
    symlinkSync(`${TOOLS}/node_modules/${target}`, `${place.home}/node_modules/${alias}`);
  }
  const made = run(generator.generate({ document, out: generated }), { cwd: OUT });
  if (!made.ok) return { ...row, result: `FAILED to generate\n${made.output}` };
  const compiler = COMPILERS[generator.compile];
  if (compiler.needs && !has(compiler.needs))
    return { ...row, result: `generated; no ${compiler.needs} here to compile it` };
  const env = { ...process.env, ...compiler.env, GATEWAY_URL: gateway.url, GATEWAY_KEY: gateway.key };
  const compiled = runAll(compiler.compile(place), { cwd: place.home, env });
  if (!compiled.ok) return { ...row, compiled: 'no', result: `FAILED to compile\n${compiled.output}` };
  if (!compiler.start) return { ...row, compiled: 'yes', result: 'compiled, for a browser' };
  const before = gateway.calls();
  const told = run(compiler.start(place), { cwd: place.home, env, timeout: 120_000 });
  await gateway.settle();
  const calls = gateway.calls() - before;
  const result = told.ok ? 'told the whole story' : `FAILED\n${told.output}`;
  return { ...row, compiled: 'yes', calls, result };
}

function printTable(rows) {
  const columns = ['generator', 'version', 'compiled', 'calls', 'result'];
  const head = Object.fromEntries(columns.map((column) => [column, column]));
  const cells = [head, ...rows].map((row) => columns.map((column) => String(row[column]).split('\n')[0]));
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index].length)));
  for (const row of cells)
    console.log(
      row
        .map((cell, index) => cell.padEnd(widths[index]))
        .join('  ')
        .trimEnd(),
    );
}

if (!existsSync(`${ROOT}/node_modules`)) {
  console.log('installing the gateway, as in a fresh clone');
  const { ok, output } = run(['npm', 'ci', '--no-audit', '--no-fund']);
  if (!ok) throw new Error(output);
}
ensureTools();
// They load the tools, which a fresh clone has only now.
const { tryPostman } = await import('./postman.mjs');
const { tryProxies } = await import('./proxies.mjs');
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
symlinkSync(`${TOOLS}/node_modules`, `${OUT}/node_modules`);
cpSync(`${PROGRAMS}/support.ts`, `${OUT}/support.ts`);
for (const name of ['openapi.json', 'openapi-3.0.json']) cpSync(`${ROOT}/${name}`, `${OUT}/${name}`);

const chosen = process.argv.slice(2);
const isChosen = ([name]) => chosen.length === 0 || chosen.includes(name);

const rows = [];
for (const script of chosen.length > 0
  ? []
  : ['openapi:check', 'openapi:lint', 'openapi:breaking', 'openapi:oasdiff']) {
  const { ok, output } = run(['npm', 'run', '--silent', script]);
  console.log(`${script}: ${ok ? 'ok' : 'FAILED'}`);
  if (!ok || output.includes('not run')) console.log(output);
  rows.push({ generator: script, version: '-', compiled: '-', calls: '-', result: ok ? 'ok' : 'FAILED' });
}
const gateway = await startGateway();
try {
  for (const [name, generator] of Object.entries(GENERATORS).filter(isChosen)) {
    const row = await tryOut(name, generator, gateway);
    console.log(`${name}: ${row.result}`);
    rows.push(row);
  }
  if (chosen.length === 0 || chosen.includes('respect')) rows.push(await tryRespect(gateway));
  if (chosen.includes('proxies')) rows.push(...(await tryProxies(gateway)));
  if (chosen.length === 0) {
    const row = await tryPublishedClient(gateway, OUT, PROGRAMS);
    console.log(`published client: ${row.result}`);
    rows.push(row, ...(await tryProxies(gateway)));
  }
} finally {
  await gateway.close();
}
if (chosen.length === 0 || chosen.includes('postman')) {
  const open = await startGateway({ isOpen: true });
  try {
    rows.push(await tryPostman(open));
  } finally {
    await open.close();
  }
}
for (const { generator, result } of rows)
  if (result.startsWith('FAILED')) console.log(`${generator}: ${result}`);
console.log('');
printTable(rows);
process.exitCode = rows.some(({ result }) => result.startsWith('FAILED')) ? 1 : 0;
