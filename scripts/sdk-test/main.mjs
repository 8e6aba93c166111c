// Runs Airbyte's own Python client (airbyte-api of PyPI) against the built embedded Airbyte: it signs in, and lists, creates,
// reads, changes, runs, cancels and deletes. Needs Python 3.10 with venv, and PyPI.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLIENT = 'airbyte-api==1.0.1';
const UNREACHABLE =
  /NewConnectionError|Temporary failure in name resolution|Network is unreachable|timed out|ProxyError|Connection refused/i;
const { startEmbeddedAirbyte } = createRequire(import.meta.url)('../../dist/embedded/index.js');
const story = fileURLToPath(new URL('story.py', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sdk-test-'));

try {
  process.exitCode = await test();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function test() {
  const environment = join(folder, 'python');
  const made = run('python3', ['-m', 'venv', environment]);
  if (made.status !== 0) return fail('Python has no venv', made);
  const python = join(environment, 'bin', 'python');
  const installed = run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', CLIENT]);
  if (installed.status !== 0 && UNREACHABLE.test(installed.stderr)) {
    process.stdout.write(
      `test:sdk: not run. PyPI cannot be reached: ${installed.stderr.trim().split('\n').at(-1)}\n`,
    );
    return 0;
  }
  if (installed.status !== 0) return fail(`${CLIENT} cannot be installed`, installed);
  return withEmbedded(({ apiUrl, clientId, clientSecret }) =>
    // Not spawnSync: the embedded Airbyte serves from this process.
    ended(spawn(python, [story, apiUrl, clientId, clientSecret], { stdio: 'inherit' })),
  );
}

async function withEmbedded(work) {
  const lines = [];
  const note = (line) => lines.push(line);
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

function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function run(command, args) {
  return spawnSync(command, args, { encoding: 'utf8' });
}

function fail(what, { error, stderr }) {
  process.stderr.write(`test:sdk: ${what}: ${error?.message ?? stderr}\n`);
  return 1;
}
