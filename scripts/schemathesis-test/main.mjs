// npm run test:schemathesis: schemathesis, from PyPI, with all its checks against two gateways: one with an embedded Airbyte and no
// callers, one with API keys in front of an Airbyte that often fails.
// SCHEMATHESIS_SEED=7 makes up other requests. `embedded` or `faults` runs one of them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startGateway } from '../../test/contract/gateway.mjs';
import { ensurePythonTools } from '../../test/contract/python.mjs';

const AIRBYTE = fileURLToPath(new URL('../../dist/test/schemathesis/faulty-airbyte.js', import.meta.url));
const HOOKS = fileURLToPath(new URL('hooks.py', import.meta.url));
/** Of the description's examples. */
const CONNECTION_ID = 'conn-12345678-1234-1234-1234-123456789012';
const programs = ensurePythonTools();
const chosen = process.argv[2];
const results = [
  ...(chosen === 'faults' ? [] : [await againstEmbedded()]),
  ...(chosen === 'embedded' ? [] : [await againstFaults()]),
];
process.exitCode = results.every(Boolean) ? 0 : 1;

async function againstEmbedded() {
  const gateway = await startGateway({ isOpen: true });
  const isClean = await schemathesis(gateway, 'schemathesis.toml');
  await gateway.close();
  return isClean;
}

async function againstFaults() {
  const airbyte = spawn(process.execPath, [AIRBYTE, CONNECTION_ID], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [url] = await once(createInterface({ input: airbyte.stdout }), 'line');
  // A creation or start whose response was lost is looked for until its time is over.
  const settings = {
    AIRBYTE_API_URL: url,
    AIRBYTE_TIMEOUT_MS: '2000',
    AIRBYTE_CREATE_TIMEOUT_MS: '3000',
    AIRBYTE_START_TIMEOUT_MS: '3000',
  };
  const gateway = await startGateway({ settings });
  const isClean = await schemathesis(gateway, 'faults.toml');
  await gateway.close();
  airbyte.stdin.end();
  return isClean;
}

/** The description of 3.1: that of 3.0 leaves out nulls of requests, which the gateway accepts. */
async function schemathesis({ url, key }, config) {
  const child = spawn(
    `${programs}/schemathesis`,
    [
      ...['--config-file', fileURLToPath(new URL(config, import.meta.url))],
      ...['run', `${url}/openapi.json`, '--checks', 'all'],
      ...['--seed', process.env['SCHEMATHESIS_SEED'] ?? '2246', '--max-examples', '20'],
      ...['--continue-on-failure', '--no-color', '--generation-database', 'none'],
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      cwd: tmpdir(),
      env: { ...process.env, GATEWAY_KEY: key, SCHEMATHESIS_HOOKS: HOOKS },
    },
  );
  const [code] = await once(child, 'exit');
  return code === 0;
}
