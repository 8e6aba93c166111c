// npm run test:upstream-contract: what the gateway asks of Airbyte and what the embedded Airbyte answers, held against
// Airbyte's own API description. AIRBYTE_OPENAPI names the description, AIRBYTE_API_URL and credentials a real Airbyte.
import axios from 'axios';
import { createAirbyteClient } from '../../../src/airbyte/client/airbyte.client';
import { parseSettings } from '../../../src/config/settings';
import type { AirbyteSettings } from '../../../src/config/settings-types';
import { callEverything } from './client-calls';
import { Description } from './description';
import { runScenario } from './gateway-scenario';
import { Caller, signedIn } from './http';
import { startProgram } from './program';
import { Recorder } from './recorder';
import { report } from './report';
import { operationsServed } from './served';
import { askTheRest, createFixtures, type Fixtures, removeFixtures } from './fixtures';
import { embeddedTarget, namedTarget, type Target } from './target';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const path = process.env['AIRBYTE_OPENAPI'];
  if (!path) {
    say('upstream contract: not run. AIRBYTE_OPENAPI does not name a copy of Airbyte’s API description.');
    return;
  }
  const description = Description.read(path);
  const apiUrl = process.env['AIRBYTE_API_URL'];
  const target = apiUrl ? namedTarget(apiUrl, process.env) : await embeddedTarget();
  try {
    await check(description, target);
  } finally {
    await target.close();
  }
}

async function check(description: Description, target: Target): Promise<void> {
  const recorder = await Recorder.start(target.apiUrl);
  try {
    const { airbyte: settings } = parseSettings({ ...target.settings, AIRBYTE_API_URL: recorder.apiUrl });
    await record(recorder, target, { ...settings, apiUrl: recorder.apiUrl });
    const direct = await signedIn({ ...settings, apiUrl: target.apiUrl });
    const served = target.isEmbedded ? await operationsServed(description, direct) : [];
    const { lines, isKept } = report(description, recorder.exchanges, served);
    for (const line of lines) say(line);
    process.exitCode = isKept ? 0 : 1;
  } finally {
    await recorder.close();
  }
}

/** Sends everything past the recorder, by the gateway as far as it can be brought to it. */
async function record(recorder: Recorder, target: Target, settings: AirbyteSettings): Promise<void> {
  recorder.sender = 'others';
  const airbyte = await signedIn(settings);
  const fixtures = await createFixtures(airbyte, target, settings.workspaceId);
  try {
    recorder.sender = 'gateway';
    await runGateway(recorder, target, fixtures);
    recorder.sender = 'client';
    const client = createAirbyteClient(settings, axios.create());
    await callEverything(client, fixtures);
    await client.onApplicationShutdown();
    recorder.sender = 'others';
    await askTheRest(airbyte, fixtures);
  } finally {
    recorder.sender = 'others';
    await removeFixtures(airbyte, fixtures);
  }
}

async function runGateway(recorder: Recorder, target: Target, fixtures: Fixtures): Promise<void> {
  const environment = {
    ...target.settings,
    AIRBYTE_API_URL: recorder.apiUrl,
    AIRBYTE_WORKSPACE_ID: fixtures.workspaceId,
    STATUS_MAX_AGE_MS: '0',
    PORT: '0',
  };
  const gateway = await startProgram(['dist/gateway.js'], environment, /Airbyte Ingestion API: (\S+) /);
  try {
    await runScenario(new Caller(gateway.found), fixtures);
  } finally {
    await gateway.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
