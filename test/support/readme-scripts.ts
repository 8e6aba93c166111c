import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '..', '..');
const run = promisify(execFile);

/** The commands of the section "Your own data" of the README. */
export interface OwnDataCommands {
  /** File, source, destination, ingestion, run. */
  readonly commands: readonly string[];
  /** The destination Postgres, in the place of the third command. */
  readonly forPostgres: string;
  /** File, source, sample, ingestion, run, and new rows with another run. They use the destination of `commands`. */
  readonly onlyNewRows: readonly string[];
}

/** Reads the commands from the README. */
export function ownDataCommands(): OwnDataCommands {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, section = ''] = /^## Your own data\n([^]*?)^## /m.exec(readme) ?? [];
  const [commands = [], onlyNewRows = []] = section
    .split(/^### .*$/m)
    .map((part) => [...part.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, body = '']) => body));
  const forPostgres = commands.pop() ?? '';
  return { commands, forPostgres, onlyNewRows };
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
