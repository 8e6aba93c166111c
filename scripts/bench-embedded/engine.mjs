// An embedded Airbyte as a process of its own, to be killed. Prints its access as one line of JSON.
import { createRequire } from 'node:module';

const { startEmbeddedAirbyte } = createRequire(import.meta.url)('../../dist/embedded/index.js');
const log = (level) => (message) => process.stderr.write(`${level} ${message}\n`);
const { apiUrl, clientId, clientSecret, close } = await startEmbeddedAirbyte({
  dataDir: process.argv[2],
  log: { info: log('info'), warn: log('warn'), error: log('error') },
  tuning: { retryDelayMs: 100 },
});
process.stdout.write(`${JSON.stringify({ apiUrl, clientId, clientSecret })}\n`);
process.on('SIGTERM', () => void close());
