// npm run doctor: probes the Airbyte installation of AIRBYTE_API_URL, read-only, and prints what works.
import axios from 'axios';
import { createAirbyteClient } from '../airbyte/client/airbyte.client';
import { parseSettings } from '../config/settings';
import { StartError } from '../config/start-error';
import { examine, lineOf } from './doctor';

/** @returns the exit status: 1 if the gateway could not work */
async function main(): Promise<number> {
  const { airbyte } = parseSettings(process.env);
  const { apiUrl } = airbyte;
  if (apiUrl === null) {
    print(
      'AIRBYTE_API_URL is not set: the gateway uses its embedded Airbyte, and there is nothing to examine.',
    );
    return 0;
  }
  const settings = { ...airbyte, apiUrl };
  const client = createAirbyteClient(settings, axios.create());
  let status = 0;
  try {
    for await (const finding of examine(client, settings)) {
      print(lineOf(finding));
      if (finding.verdict === 'failed') status = 1;
    }
  } finally {
    await client.onApplicationShutdown();
  }
  return status;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    const isFault = !(error instanceof StartError) && error instanceof Error;
    process.stderr.write(`${isFault ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  },
);
