/**
 * npm run test:schemathesis: schemathesis, from PyPI, with all its checks against two gateways: one with an embedded Airbyte and no
 * callers, one with API keys in front of an Airbyte that often fails.
 * SCHEMATHESIS_SEED=7 makes up other requests. `embedded` or `faults` runs one of them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type KeyedGateway, startKeyedGateway } from '../contract/suite/keyed-gateway';
import { ensurePythonTools } from '../contract/suite/python-tools';
import { ROOT } from '../contract/suite/shell';

const FOLDER = join(ROOT, 'test', 'schemathesis');
/** Of the description's examples. */
const CONNECTION_ID = 'conn-12345678-1234-1234-1234-123456789012';

async function againstEmbedded(programs: string): Promise<boolean> {
  const gateway = await startKeyedGateway({ isOpen: true });
  try {
    return await schemathesis(programs, gateway, 'schemathesis.toml');
  } finally {
    await gateway.close();
  }
}

async function againstFaults(programs: string): Promise<boolean> {
  const program = [join(__dirname, 'faulty-airbyte.js'), CONNECTION_ID];
  const airbyte = spawn(process.execPath, program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [url] = (await once(createInterface({ input: airbyte.stdout }), 'line')) as [string];
  // A creation or start whose response was lost is looked for until its time is over.
  const settings = {
    AIRBYTE_API_URL: url,
    AIRBYTE_TIMEOUT_MS: '2000',
    AIRBYTE_CREATE_TIMEOUT_MS: '3000',
    AIRBYTE_START_TIMEOUT_MS: '3000',
  };
  try {
    const gateway = await startKeyedGateway({ settings });
    try {
      return await schemathesis(programs, gateway, 'faults.toml');
    } finally {
      await gateway.close();
    }
  } finally {
    airbyte.stdin.end();
  }
}

/** The description of 3.1: that of 3.0 leaves out nulls of requests, which the gateway accepts. */
async function schemathesis(programs: string, { url, key }: KeyedGateway, config: string): Promise<boolean> {
  const child = spawn(
    `${programs}/schemathesis`,
    [
      ...['--config-file', join(FOLDER, config)],
      ...['run', `${url}/openapi.json`, '--checks', 'all'],
      ...['--seed', process.env['SCHEMATHESIS_SEED'] ?? '2246', '--max-examples', '20'],
      // Its answer does not end.
      ...['--exclude-operation-id', 'streamEvents'],
      // A read of a run may wait for 60 s.
      ...['--request-timeout', '90', '--max-response-time', '90'],
      ...['--continue-on-failure', '--no-color', '--generation-database', 'none'],
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      cwd: tmpdir(),
      env: { ...process.env, GATEWAY_KEY: key, SCHEMATHESIS_HOOKS: join(FOLDER, 'hooks.py') },
    },
  );
  const [code] = (await once(child, 'exit')) as unknown[];
  return code === 0;
}

async function main(chosen: string | undefined): Promise<void> {
  const programs = ensurePythonTools();
  const results = [
    ...(chosen === 'faults' ? [] : [await againstEmbedded(programs)]),
    ...(chosen === 'embedded' ? [] : [await againstFaults(programs)]),
  ];
  process.exitCode = results.every(Boolean) ? 0 : 1;
}

void main(process.argv[2]);
