import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const LEFT_OUT = ['.builds', '.git', 'coverage', 'data', 'dist', 'node_modules', 'test'];

/** A copy of this project that can be built and installed without a change to the one that Jest runs from. */
export class ProjectCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'build-'));

  constructor() {
    cpSync(ROOT, this.folder, {
      recursive: true,
      filter: (path) => !LEFT_OUT.includes(relative(ROOT, path)),
    });
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** An older build that `pid` uses. */
  addBuild(id: string, pid?: number): void {
    mkdirSync(this.path('.builds', id, 'running'), { recursive: true });
    if (pid !== undefined) writeFileSync(this.path('.builds', id, 'running', String(pid)), '');
  }

  builds(): string[] {
    return readdirSync(this.path('.builds'));
  }

  /** The target of the link `dist`. */
  dist(): string {
    return readlinkSync(this.path('dist'));
  }

  /** The exit status and the output of npm. */
  async npm(...args: string[]): Promise<{ status: unknown; output: string }> {
    const child = spawn('npm', args, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [status] = (await once(child, 'close')) as unknown[];
    return { status, output };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
