import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseObject, stringAt, type JsonObject } from '../../../src/embedded/platform/json';
import { EmbeddedClient } from '../embedded-kit';
import { BUILD, compileProgram } from '../program';

/** The kinds of connector processes, by the command that they run. */
export type ConnectorCommand = 'read' | 'write';

/** The embedded Airbyte in a process that a test kills, and a client of its API. */
export class EngineProcess {
  private constructor(
    readonly client: EmbeddedClient,
    private readonly child: ChildProcess,
  ) {}

  /** Starts the embedded Airbyte alone. */
  static async start(dataDir: string, log: string[]): Promise<EngineProcess> {
    const program = compileProgram(join(__dirname, 'programs/engine.ts'), dataDir);
    const args = [program, join(BUILD, 'embedded/index.js'), dataDir];
    const child = spawnLogged(args, process.env, log);
    const [access] = await firstMatch(child, /^\{"apiUrl.*/, log);
    return EngineProcess.over(child, access);
  }

  /** Makes the client for a process that serves. */
  static over(child: ChildProcess, access: string): EngineProcess {
    const parsed = parseObject(access) ?? {};
    const member = (name: string): string => stringAt(parsed, name) ?? '';
    const client = new EmbeddedClient({
      apiUrl: member('apiUrl'),
      clientId: member('clientId'),
      clientSecret: member('clientSecret'),
    });
    return new EngineProcess(client, child);
  }

  /** Makes a connection and returns its id. */
  connect(sourceId: string, destinationId: string, streams: readonly JsonObject[]): Promise<string> {
    return this.client.connect(sourceId, destinationId, { configurations: { streams: [...streams] } });
  }

  /** Starts a sync and returns the job's id. */
  sync(connectionId: string): Promise<number> {
    return this.client.sync(connectionId);
  }

  async job(jobId: number): Promise<JsonObject> {
    return (await this.client.get(`/jobs/${jobId}`)).body;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The ids of its connector processes that run a command. */
  connectors(command: ConnectorCommand): number[] {
    return readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid) && isChild(pid, this.child.pid, command))
      .map(Number);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.isAlive) return;
    const exit = once(this.child, 'exit');
    this.child.kill(signal);
    await exit;
  }
}

/** Starts a process of Node whose stderr goes to the log. */
export function spawnLogged(args: readonly string[], env: NodeJS.ProcessEnv, log: string[]): ChildProcess {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  child.stderr.on('data', (chunk: Buffer) => log.push(chunk.toString()));
  return child;
}

/** The first line of the output that matches. */
export async function firstMatch(
  child: ChildProcess,
  pattern: RegExp,
  log: string[],
): Promise<RegExpExecArray> {
  const { stdout } = child;
  if (stdout === null) throw new Error('The process has no output.');
  const failed = once(child, 'exit').then(() => {
    throw new Error(`The engine did not start:\n${log.join('')}`);
  });
  const found = new Promise<RegExpExecArray>((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      const match = pattern.exec(line);
      if (match === null) log.push(`${line}\n`);
      else resolve(match);
    });
  });
  return Promise.race([found, failed]);
}

function isChild(pid: string, parent: number | undefined, command: string): boolean {
  const stat = readProcess(pid, 'stat');
  const arguments_ = readProcess(pid, 'cmdline').split('\0');
  const parentId = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  return parentId === parent && arguments_.includes(command);
}

/** A file of a process; empty when the process has ended. */
export function readProcess(pid: string, file: 'stat' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
