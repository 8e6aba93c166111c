/**
 * Runs Airbyte's own Python client (airbyte-api of PyPI) against the built embedded Airbyte: it signs in, and lists, creates,
 * reads, changes, runs, cancels and deletes. Needs Python 3.10 with venv, and PyPI.
 */
import { type ChildProcess, spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Embedded from '../../src/embedded';

/** The build, because the embedded Airbyte starts its connectors from files. */
const { startEmbeddedAirbyte } = createRequire(__filename)(
  join(process.cwd(), 'dist', 'embedded', 'index.js'),
) as typeof Embedded;

const CLIENT = 'airbyte-api==1.0.1';
const UNREACHABLE =
  /NewConnectionError|Temporary failure in name resolution|Network is unreachable|timed out|ProxyError|Connection refused/i;
const STORY = join(process.cwd(), 'test', 'sdk', 'story.py');

/** Returns the exit status. */
async function test(folder: string): Promise<number> {
  const environment = join(folder, 'python');
  const made = run('python3', ['-m', 'venv', environment]);
  if (made.status !== 0) return fail('Python has no venv', made);
  const python = join(environment, 'bin', 'python');
  const installed = run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', CLIENT]);
  if (installed.status !== 0 && UNREACHABLE.test(installed.stderr)) {
    const reason = installed.stderr.trim().split('\n').at(-1) ?? '';
    process.stdout.write(`test:sdk: not run. PyPI cannot be reached: ${reason}\n`);
    return 0;
  }
  if (installed.status !== 0) return fail(`${CLIENT} cannot be installed`, installed);
  return withEmbedded(folder, ({ apiUrl, clientId, clientSecret }) =>
    // Not spawnSync: the embedded Airbyte serves from this process.
    statusOf(spawn(python, [STORY, apiUrl, clientId, clientSecret], { stdio: 'inherit' })),
  );
}

async function withEmbedded(
  folder: string,
  work: (embedded: Embedded.EmbeddedAirbyte) => Promise<number>,
): Promise<number> {
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(line);
  const embedded = await startEmbeddedAirbyte({
    dataDir: join(folder, 'data'),
    log: { info: note, warn: note, error: note },
  });
  try {
    const status = await work(embedded);
    if (status !== 0) process.stderr.write(`${lines.join('\n')}\n`);
    return status;
  } finally {
    await embedded.close();
  }
}

async function statusOf(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, 'close')) as unknown[];
  return typeof code === 'number' ? code : 1;
}

function run(command: string, args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(command, args, { encoding: 'utf8' });
}

function fail(reason: string, { error, stderr }: SpawnSyncReturns<string>): number {
  process.stderr.write(`test:sdk: ${reason}: ${error?.message ?? stderr}\n`);
  return 1;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sdk-test-'));
  try {
    process.exitCode = await test(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
