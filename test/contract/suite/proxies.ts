/** Runs the demo through proxies that check requests and responses against the API description. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { KeyedGateway } from './keyed-gateway';
import { ensurePythonTools } from './python-tools';
import { type Row, rowOf } from './row';
import { type Command, CONTRACT, type Outcome, ROOT, run, TOOLS } from './shell';

const STORY = `${ROOT}/dist/demo/deployment.js`;
const START_MS = 30_000;

interface Proxy {
  readonly child: ChildProcessWithoutNullStreams;
  /** Grows with the output of the proxy. */
  output: string;
  readonly ended: Promise<unknown[]>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

function startProxy([command = '', ...args]: Command): Proxy {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const proxy: Proxy = { child, output: '', ended: once(child, 'exit') };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      proxy.output += text;
    });
  return proxy;
}

/** Waits until the proxy has printed a text of this pattern, and returns its first group. */
async function printedBy(proxy: Proxy, pattern: RegExp): Promise<string> {
  const until = performance.now() + START_MS;
  while (!pattern.test(proxy.output)) {
    if (proxy.child.exitCode !== null || performance.now() > until)
      throw new Error(`the proxy did not start:\n${proxy.output}`);
    await pause(100);
  }
  return pattern.exec(proxy.output)?.[1] ?? '';
}

type Through = (description: string, gateway: KeyedGateway) => Promise<Outcome>;

/** Prism answers 500 to everything that is not as described, and the demo fails. */
const throughPrism: Through = async (description, gateway) => {
  const port = await freePort();
  const proxy = startProxy([
    ...[`${TOOLS}/node_modules/.bin/prism`, 'proxy', description, gateway.url],
    ...['--errors', '--port', String(port)],
  ]);
  try {
    await printedBy(proxy, /Prism is listening/);
    const story = run([process.execPath, STORY, '--url', `http://127.0.0.1:${port}`, '--key', gateway.key]);
    const violations = proxy.output.split('\n').filter((line) => /violation/i.test(line));
    return { ok: story.ok && violations.length === 0, output: `${story.output}${violations.join('\n')}` };
  } finally {
    proxy.child.kill();
    await proxy.ended;
  }
};

/** For a program that prints its address, and the violations when its standard input ends. */
const throughProgram =
  (command: () => Command): Through =>
  async (description, gateway) => {
    const proxy = startProxy([...command(), description, gateway.url]);
    const url = await printedBy(proxy, /^(http:\S+)\n/);
    const story = run([process.execPath, STORY, '--url', url, '--key', gateway.key]);
    proxy.child.stdin.end();
    const [code] = await proxy.ended;
    return { ok: story.ok && code === 0, output: `${story.output}${proxy.output}` };
  };

const PROXIES: readonly (readonly [string, Through])[] = [
  ['Prism, validating proxy', throughPrism],
  [
    'openapi-backend and others',
    throughProgram(() => [process.execPath, join(__dirname, 'validating-proxy.js')]),
  ],
  [
    'openapi-core (Python)',
    throughProgram(() => [`${ensurePythonTools()}/python`, join(CONTRACT, 'validating_proxy.py')]),
  ],
];

/** Returns a row for each proxy. */
export async function tryProxies(gateway: KeyedGateway): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, through] of PROXIES) {
    const { value, calls } = await gateway.counted(() => through(`${ROOT}/openapi.json`, gateway));
    rows.push(rowOf(name, { calls, result: value.ok ? 'no violation' : `FAILED\n${value.output}` }));
  }
  return rows;
}
