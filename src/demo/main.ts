import { IngestionClient } from '@airbyte-ingestion/client';
import { parseOptions, USAGE } from './options';
import { startOwnGateway } from './own-gateway';
import { reasonOf } from './reason';
import { runDemoScenario } from './scenario';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (!options) {
    say(USAGE);
    return;
  }
  const own = options.url === null ? await startOwnGateway() : null;
  try {
    const url = options.url ?? own?.url ?? '';
    say(`gateway: ${url}`);
    const { key } = options;
    await runDemoScenario(new IngestionClient({ url, ...(key !== null && { key }) }), options, say);
    say('the demo succeeded');
  } finally {
    await own?.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`demo failed: ${reasonOf(error)}\n`);
  process.exitCode = 1;
});
