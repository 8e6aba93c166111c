import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer, type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onAnswers, wait } from './load';
import type { Usage } from './probe';
import type { UpstreamChange, UpstreamReport } from './upstream';
import { API_KEY, statusRequest } from './work';

/** A program that is measured. */
export interface Contender {
  readonly name: string;
  readonly main: string;
}

export const GATEWAY: Contender = {
  name: 'gateway',
  main: process.env['BENCH_GATEWAY'] ?? join(__dirname, '..', 'gateway.js'),
};

/** The first is what CPU is compared with, the second what requests/s are. */
export const CONTENDERS: readonly Contender[] = [
  { name: 'raw', main: join(__dirname, 'references', 'raw.js') },
  { name: 'Fastify', main: join(__dirname, 'references', 'fastify.js') },
  GATEWAY,
  { name: 'Nest on Express', main: join(__dirname, 'references', 'nest-express.js') },
];

/** On two cores or more, what is measured has one for itself, as far as the system can be told so. */
const canPin = process.platform === 'linux' && spawnSync('taskset', ['--version']).status === 0;
const CORE = { measured: 0, others: 1 };

export function pinSelf(): void {
  if (canPin) spawnSync('taskset', ['-acp', String(CORE.others), String(process.pid)]);
}

/** A process under measurement. */
export class Running {
  private constructor(
    readonly contender: Contender,
    readonly port: number,
    /** From the start of the process to its first answer, which takes two calls upstream. */
    readonly firstAnswerMs: number,
    private readonly child: ChildProcess,
  ) {}

  /** @param settings beside those that every contender gets */
  static async start(
    contender: Contender,
    upstreamPort: number,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Running> {
    const port = await freePort();
    const log = openSync(join(tmpdir(), `bench-${contender.name.replaceAll(' ', '-')}.log`), 'w');
    const startedAt = performance.now();
    const child = fork(contender.main, {
      env: { ...environment(port, upstreamPort), ...settings },
      execArgv: ['--expose-gc', '--require', join(__dirname, 'probe.js')],
      stdio: ['ignore', log, log, 'ipc'],
    });
    if (canPin) spawnSync('taskset', ['-acp', String(CORE.measured), String(child.pid)]);
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`${contender.name} ended: see its log in ${tmpdir()}`);
      await wait(2);
    }
    return new Running(contender, port, performance.now() - startedAt, child);
  }

  usage(): Promise<Usage> {
    return this.ask('usage');
  }

  /** After a collection of garbage. */
  collected(): Promise<Usage> {
    return this.ask('collect');
  }

  private async ask(word: 'usage' | 'collect'): Promise<Usage> {
    const answer = once(this.child, 'message');
    this.child.send(word);
    const [usage] = (await answer) as [Usage];
    return usage;
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}

/** The gateway with everything on, its limits raised to what the references do not have. */
function environment(port: number, upstreamPort: number): NodeJS.ProcessEnv {
  const hash = createHash('sha256').update(API_KEY).digest('hex');
  return {
    PATH: process.env['PATH'],
    PORT: String(port),
    AIRBYTE_API_URL: `http://127.0.0.1:${upstreamPort}/api/public/v1`,
    AIRBYTE_CLIENT_ID: 'bench',
    AIRBYTE_CLIENT_SECRET: 'bench',
    AIRBYTE_MAX_CONCURRENCY: '1000',
    AIRBYTE_MAX_CREATES: '1000',
    AIRBYTE_MAX_QUEUE: '100000',
    API_KEYS: `bench:ingestion:read+ingestion:write:${hash}`,
    RATE_LIMIT: '10000000',
  };
}

/** The upstream that all contenders call. */
export class Upstream {
  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
  ) {}

  static async start(): Promise<Upstream> {
    const child = fork(join(__dirname, 'upstream.js'));
    if (canPin) spawnSync('taskset', ['-acp', String(CORE.others), String(child.pid)]);
    const [report] = (await once(child, 'message')) as [UpstreamReport];
    return new Upstream(report.port, child);
  }

  /** @returns calls answered so far */
  async report(change: UpstreamChange = {}): Promise<number> {
    this.child.send(change);
    const [report] = (await once(this.child, 'message')) as [UpstreamReport];
    return report.calls;
  }

  stop(): void {
    this.child.kill();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(statusRequest('first')));
    onAnswers(socket, (status) => {
      socket.destroy();
      resolve(status === 200);
    });
    socket.on('error', () => {
      resolve(false);
    });
  });
}
