/** An embedded Airbyte in a process of its own. Prints its access as one line of JSON. */
import { createRequire } from 'node:module';
import type * as Embedded from '../../../../src/embedded/index';

const [, program = '', entry = '', dataDir = ''] = process.argv;
const { startEmbeddedAirbyte } = createRequire(program)(entry) as typeof Embedded;

const log =
  (level: string) =>
  (message: string): void => {
    process.stderr.write(`${level} ${message}\n`);
  };

async function main(): Promise<void> {
  const embedded = await startEmbeddedAirbyte({
    dataDir,
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    tuning: { retryDelayMs: 100 },
  });
  const { apiUrl, clientId, clientSecret } = embedded;
  process.stdout.write(`${JSON.stringify({ apiUrl, clientId, clientSecret })}\n`);
  process.on('SIGTERM', () => void embedded.close());
}

void main();
