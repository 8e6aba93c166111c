// Redocly respect: runs the Arazzo workflow and validates each response.
import { fileURLToPath } from 'node:url';
import { run } from './shell.mjs';
import { TOOLS } from './tools.mjs';

const STORY = fileURLToPath(new URL('story.arazzo.yaml', import.meta.url));
const ENVIRONMENT = { REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', REDOCLY_TELEMETRY: 'off', NO_COLOR: '1' };

/** @returns a row of the table */
export async function tryRespect(gateway) {
  const before = gateway.calls();
  const { ok, output } = run(
    [
      ...[`${TOOLS}/node_modules/.bin/redocly`, 'respect', STORY],
      ...['--server', `api=${gateway.url}`, '--input', `key=${gateway.key}`],
    ],
    { env: { ...process.env, ...ENVIRONMENT }, timeout: 120_000 },
  );
  await gateway.settle();
  const calls = gateway.calls() - before;
  const passed = /Checks: (\d+) passed, \1 total/.exec(output)?.[1];
  const result = ok && passed ? `${passed} checks pass` : `FAILED\n${output}`;
  return { generator: 'Redocly respect', version: '-', compiled: '-', calls, result };
}
