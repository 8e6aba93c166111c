// The story, through proxies that hold requests and answers to the description.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ensurePythonTools } from './python.mjs';
import { ROOT, run } from './shell.mjs';
import { TOOLS } from './tools.mjs';

const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url));
const STORY = `${ROOT}/dist/demo/deployment.js`;
const START_MS = 30_000;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** Starts a proxy; `output` grows with what it says. */
function startProxy(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const proxy = { child, output: '', ended: once(child, 'exit') };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (proxy.output += text));
  return proxy;
}

async function saidBy(proxy, pattern) {
  const until = performance.now() + START_MS;
  while (!pattern.test(proxy.output)) {
    if (proxy.child.exitCode !== null || performance.now() > until)
      throw new Error(`the proxy did not start:\n${proxy.output}`);
    await pause(100);
  }
  return pattern.exec(proxy.output);
}

/** Prism answers 500 to whatever is not as described, and the story fails. */
async function throughPrism(description, gateway) {
  const port = await freePort();
  const proxy = startProxy(`${TOOLS}/node_modules/.bin/prism`, [
    ...['proxy', description, gateway.url, '--errors', '--port', String(port)],
  ]);
  try {
    await saidBy(proxy, /Prism is listening/);
    const told = run([process.execPath, STORY, '--url', `http://127.0.0.1:${port}`, '--key', gateway.key]);
    const violations = proxy.output.split('\n').filter((line) => /violation/i.test(line));
    return { ok: told.ok && violations.length === 0, output: `${told.output}${violations.join('\n')}` };
  } finally {
    proxy.child.kill();
    await proxy.ended;
  }
}

/** Through a program that prints its address, then the violations once its input ends. */
async function throughProgram(command, description, gateway) {
  const [program, ...args] = command;
  const proxy = startProxy(program, [...args, description, gateway.url]);
  const [, url] = await saidBy(proxy, /^(http:\S+)\n/);
  const told = run([process.execPath, STORY, '--url', url, '--key', gateway.key]);
  proxy.child.stdin.end();
  const [code] = await proxy.ended;
  return { ok: told.ok && code === 0, output: `${told.output}${proxy.output}` };
}

const throughValidators = (description, gateway) =>
  throughProgram([process.execPath, fileOf('validating-proxy.mjs')], description, gateway);

const throughOpenapiCore = (description, gateway) =>
  throughProgram([`${ensurePythonTools()}/python`, fileOf('validating_proxy.py')], description, gateway);

/** @returns a row for each proxy */
export async function tryProxies(gateway) {
  const description = `${ROOT}/openapi.json`;
  const rows = [];
  for (const [name, through] of [
    ['Prism, validating proxy', throughPrism],
    ['openapi-backend and others', throughValidators],
    ['openapi-core (Python)', throughOpenapiCore],
  ]) {
    const before = gateway.calls();
    const { ok, output } = await through(description, gateway);
    await gateway.settle();
    const calls = gateway.calls() - before;
    const result = ok ? 'no violation' : `FAILED\n${output}`;
    rows.push({ generator: name, version: '-', compiled: '-', calls, result });
  }
  return rows;
}
