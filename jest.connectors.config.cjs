const { spawnSync } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const base = require('./jest.config.cjs');

/** Why the suite of real connectors cannot run: pip cannot reach Python's index. Null if it can. */
function reasonNotToRun() {
  const folder = mkdtempSync(join(tmpdir(), 'index-probe-'));
  try {
    const run = (...command) => spawnSync(command[0], command.slice(1), { encoding: 'utf8', cwd: folder });
    // Debian's Python has no pip of its own. Making an environment takes some seconds.
    const hasPip = run('python3', '-m', 'pip', '--version').status === 0;
    const made = hasPip ? null : run('python3', '-m', 'venv', 'python');
    if (made && made.status !== 0) return null; // The suite fails with the reason: a missing Python is a fault of the machine.
    const download = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--retries=1', '--dest=.'];
    const { status, stderr } = run(
      hasPip ? 'python3' : join(folder, 'python/bin/python'),
      ...download,
      'airbyte-source-faker==7.2.1',
    );
    const isUnreachable =
      /NewConnectionError|NameResolutionError|Temporary failure in name resolution|timed out|ProxyError|unreachable/i;
    return status !== 0 && isUnreachable.test(stderr) ? stderr.trim().split('\n').at(-1) : null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const reason = process.env.JEST_WORKER_ID === undefined ? reasonNotToRun() : null;
if (reason !== null)
  process.stdout.write(`real connectors: not run. Python's package index cannot be reached: ${reason}\n`);

/**
 * `npm run connectors` with packages of the test, real connectors of Python's index and of npm's, and `npm run connect` in a
 * terminal; `npm run test:connectors` after `npm run build`. Needs Python 3.11 with venv.
 */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/embedded/connectors'],
  testRegex: reason === null ? '\\.connectors-spec\\.ts$' : '(installer|terminal)\\.connectors-spec\\.ts$',
  testTimeout: 900_000,
  verbose: true,
};
