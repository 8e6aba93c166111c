// npm run test:schemathesis: schemathesis, from Python's index, with all its checks against a gateway with an embedded Airbyte.
// SCHEMATHESIS_SEED=7 makes up other requests.
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startGateway } from '../../test/contract/gateway.mjs';
import { ensurePythonTools } from '../../test/contract/python.mjs';

const CONFIG = fileURLToPath(new URL('schemathesis.toml', import.meta.url));

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd: tmpdir() });
  return status === 0;
}

const programs = ensurePythonTools();
// The one of 3.1: that of 3.0 leaves out nulls of requests, which the gateway takes.
const gateway = await startGateway({ isOpen: true });
const isClean = run(`${programs}/schemathesis`, [
  ...['--config-file', CONFIG, 'run', `${gateway.url}/openapi.json`, '--checks', 'all'],
  ...['--seed', process.env['SCHEMATHESIS_SEED'] ?? '2246', '--max-examples', '20'],
  ...['--continue-on-failure', '--no-color', '--generation-database', 'none'],
]);
await gateway.close();
process.exitCode = isClean ? 0 : 1;
