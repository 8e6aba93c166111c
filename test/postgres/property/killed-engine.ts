import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { parseObject, stringAt } from '../../../src/embedded/platform/json';
import { EmbeddedClient } from '../../embedded/embedded-kit';
import { BUILD, compileProgram } from '../../embedded/program';

const ENGINE = join(__dirname, '../../embedded/kill/programs/engine.ts');
const ENTRY = join(BUILD, 'embedded/index.js');

/** An embedded Airbyte in a process of its own, which can be killed with its connectors. */
export class KilledEngine {
  readonly log: string[] = [];
  private child: ChildProcess | null = null;
  private access = { apiUrl: '', clientId: '', clientSecret: '' };

  constructor(readonly dataDir: string) {}

  get client(): EmbeddedClient {
    return new EmbeddedClient(this.access);
  }

  async start(): Promise<void> {
    const args = [compileProgram(ENGINE, this.dataDir), ENTRY, this.dataDir];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    child.stderr.on('data', (chunk: Buffer) => this.log.push(chunk.toString()));
    const ended = once(child, 'exit').then(() => {
      throw new Error(`the engine did not start:\n${this.log.join('')}`);
    });
    const line = once(createInterface({ input: child.stdout }), 'line');
    const [text] = (await Promise.race([line, ended])) as unknown[];
    const access = parseObject(String(text)) ?? {};
    this.access = {
      apiUrl: stringAt(access, 'apiUrl') ?? '',
      clientId: stringAt(access, 'clientId') ?? '',
      clientSecret: stringAt(access, 'clientSecret') ?? '',
    };
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  /** Kills a connector that runs `read` or `write`, the one of a number; false where none runs. */
  killConnector(command: string, number: number): boolean {
    const running = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && this.isConnector(pid, command));
    const pid = running[number % Math.max(running.length, 1)];
    if (pid === undefined) return false;
    try {
      return process.kill(Number(pid), 'SIGKILL');
    } catch {
      return false; // It ended while it was looked for.
    }
  }

  private isConnector(pid: string, command: string): boolean {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return (
        parent === this.child?.pid &&
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(command)
      );
    } catch {
      return false; // It ended while it was looked at.
    }
  }
}
