import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '..', '..');
const run = promisify(execFile);

/** The commands of the section "Your own data" of the README: five, and the one that replaces the third for Postgres. */
export function ownDataCommands(): { readonly commands: readonly string[]; readonly forPostgres: string } {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, section = ''] = /^## Your own data\n([^]*?)^## /m.exec(readme) ?? [];
  const blocks = [...section.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, body = '']) => body);
  const forPostgres = blocks.pop() ?? '';
  return { commands: blocks, forPostgres };
}

/** Runs commands as one shell does, and returns what the last one prints. */
export async function runInShell(
  commands: readonly string[],
  { url, folder }: { readonly url: string; readonly folder: string },
): Promise<string> {
  const script = commands.join('\n').replaceAll('http://127.0.0.1:3000', url);
  const { stdout } = await run('sh', ['-e', '-c', script], { cwd: folder });
  return stdout;
}
