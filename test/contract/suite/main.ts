/**
 * npm run contract: checks and lints the API description, generates a client with every generator, compiles each under
 * strict settings, runs the whole scenario with each against a live gateway, and prints a table. It exits with 1 if
 * anything fails. With names of generators, `proxies`, `respect` or `postman` it runs only those.
 */
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { COMPILERS } from './compilers';
import { type Generator, GENERATORS } from './generators';
import { type KeyedGateway, startKeyedGateway } from './keyed-gateway';
import { readPackage } from './package-json';
import { tryPostman } from './postman';
import { tryProxies } from './proxies';
import { tryPublishedClient } from './published';
import { tryRespect } from './respect';
import { hasFailed, printTable, type Row, rowOf } from './row';
import { CONTRACT, hasProgram, ROOT, run, runAll, say, TOOLS } from './shell';

const OUT = join(CONTRACT, 'out');
const PROGRAMS = join(CONTRACT, 'programs');
const SCRIPTS = ['openapi:check', 'openapi:lint', 'openapi:breaking', 'openapi:oasdiff'];
const STORY_TIMEOUT_MS = 120_000;

/** Generates, compiles and runs one client. */
async function tryGenerator(name: string, generator: Generator, gateway: KeyedGateway): Promise<Row> {
  const { version } = readPackage(`${TOOLS}/node_modules/${generator.package}`);
  const row = (values: Pick<Row, 'result'> & Partial<Row>): Row => rowOf(name, { version, ...values });
  const place = { name, home: `${OUT}/${name}`, out: OUT, jar: generator.jar ?? '' };
  const generated = `${place.home}/generated`;
  mkdirSync(generated, { recursive: true });
  cpSync(`${PROGRAMS}/${name}`, place.home, { recursive: true });
  if (generator.needs !== undefined && !hasProgram(generator.needs))
    return row({ result: `FAILED: ${generator.needs} is missing` });
  const document = `${OUT}/${generator.document ?? 'openapi.json'}`;
  for (const [alias, target] of Object.entries(generator.links ?? {})) {
    mkdirSync(`${place.home}/node_modules`, { recursive: true });
    symlinkSync(`${TOOLS}/node_modules/${target}`, `${place.home}/node_modules/${alias}`);
  }
  const made = run(generator.generate({ document, out: generated }), { cwd: OUT });
  if (!made.ok) return row({ result: `FAILED to generate\n${made.output}` });
  const compiler = COMPILERS[generator.compile];
  if (compiler.needs !== undefined && !hasProgram(compiler.needs))
    return row({ result: `generated; no ${compiler.needs} here to compile it` });
  const env = { ...process.env, ...compiler.env, GATEWAY_URL: gateway.url, GATEWAY_KEY: gateway.key };
  const compiled = runAll(compiler.compile(place), { cwd: place.home, env });
  if (!compiled.ok) return row({ compiled: 'no', result: `FAILED to compile\n${compiled.output}` });
  const start = compiler.start?.(place);
  if (!start) return row({ compiled: 'yes', result: 'compiled, for a browser' });
  const { value, calls } = await gateway.counted(() =>
    run(start, { cwd: place.home, env, timeout: STORY_TIMEOUT_MS }),
  );
  const result = value.ok ? 'told the whole story' : `FAILED\n${value.output}`;
  return row({ compiled: 'yes', calls, result });
}

function prepareOutput(): void {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  symlinkSync(`${TOOLS}/node_modules`, `${OUT}/node_modules`);
  cpSync(`${PROGRAMS}/support.ts`, `${OUT}/support.ts`);
  for (const name of ['openapi.json', 'openapi-3.0.json']) cpSync(`${ROOT}/${name}`, `${OUT}/${name}`);
}

function runScript(script: string): Row {
  const { ok, output } = run(['npm', 'run', '--silent', script]);
  say(`${script}: ${ok ? 'ok' : 'FAILED'}`);
  if (!ok || output.includes('not run')) say(output);
  return rowOf(script, { result: ok ? 'ok' : 'FAILED' });
}

async function tryClients(gateway: KeyedGateway, chosen: readonly string[]): Promise<Row[]> {
  const isChosen = (name: string): boolean => chosen.length === 0 || chosen.includes(name);
  const rows: Row[] = [];
  for (const [name, generator] of Object.entries(GENERATORS).filter(([one]) => isChosen(one))) {
    const row = await tryGenerator(name, generator, gateway);
    say(`${name}: ${row.result}`);
    rows.push(row);
  }
  if (isChosen('respect')) rows.push(await tryRespect(gateway));
  if (chosen.length === 0) {
    const row = await tryPublishedClient(gateway, { out: OUT, programs: PROGRAMS });
    say(`published client: ${row.result}`);
    rows.push(row);
  }
  if (isChosen('proxies')) rows.push(...(await tryProxies(gateway)));
  return rows;
}

async function withGateway(
  isOpen: boolean,
  work: (gateway: KeyedGateway) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const gateway = await startKeyedGateway({ isOpen });
  try {
    return await work(gateway);
  } finally {
    await gateway.close();
  }
}

async function main(chosen: readonly string[]): Promise<void> {
  prepareOutput();
  const rows = chosen.length > 0 ? [] : SCRIPTS.map(runScript);
  rows.push(...(await withGateway(false, (gateway) => tryClients(gateway, chosen))));
  if (chosen.length === 0 || chosen.includes('postman'))
    rows.push(...(await withGateway(true, async (gateway) => [await tryPostman(gateway)])));
  for (const row of rows.filter(hasFailed)) say(`${row.generator}: ${row.result}`);
  say('');
  printTable(rows);
  process.exitCode = rows.some(hasFailed) ? 1 : 0;
}

void main(process.argv.slice(2));
