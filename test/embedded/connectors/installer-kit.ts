import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILD } from '../program';

export const INSTALLER = join(BUILD, 'embedded/installer/main.js');
const PROGRAMS = join(__dirname, 'programs');

/** The end of a command of `npm run connectors`. */
export interface InstallerEnd {
  readonly status: number | null;
  readonly output: string;
}

/** A data directory with a folder of packages in place of Python's index. */
export class LocalIndex {
  readonly root = mkdtempSync(join(tmpdir(), 'connectors-'));
  readonly dataDir = join(this.root, 'data');
  private readonly packages = join(this.root, 'packages');

  constructor() {
    mkdirSync(this.packages);
  }

  /** Adds a package whose program has this name. */
  add(name: string, version: string, script: string): void {
    const wheel = join(PROGRAMS, 'wheel.py');
    const args = [wheel, this.packages, name, version, script, join(PROGRAMS, 'connector.py')];
    const { status, stderr } = spawnSync('python3', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }

  run(args: readonly string[], env: Record<string, string> = {}): InstallerEnd {
    return runInstaller(this.dataDir, args, { ...this.environment, ...env });
  }

  spawn(args: readonly string[]): ChildProcess {
    const env = { ...process.env, DATA_DIR: this.dataDir, ...this.environment };
    return spawn(process.execPath, [INSTALLER, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  }

  /** The folders of environments, registered or not. */
  environments(): string[] {
    const folder = join(this.dataDir, 'connectors');
    const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }

  /** Whether the connector in an environment waits in `spec`. */
  isWaiting(): boolean {
    return this.environments().some((name) => existsSync(join(this.dataDir, 'connectors', name, 'waiting')));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  private get environment(): Record<string, string> {
    return { PIP_NO_INDEX: '1', PIP_FIND_LINKS: this.packages };
  }
}

/** Runs a command of `npm run connectors` in a data directory. */
function runInstaller(
  dataDir: string,
  args: readonly string[],
  more: Record<string, string> = {},
): InstallerEnd {
  const env = { ...process.env, DATA_DIR: dataDir, ...more };
  const { status, stdout, stderr } = spawnSync(process.execPath, [INSTALLER, ...args], {
    encoding: 'utf8',
    env,
  });
  return { status, output: stdout + stderr };
}
