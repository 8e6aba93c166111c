/** Redocly respect: runs the Arazzo workflow and validates each response. */
import { join } from 'node:path';
import type { KeyedGateway } from './keyed-gateway';
import { type Row, rowOf } from './row';
import { CONTRACT, run, TOOLS } from './shell';

const STORY = join(CONTRACT, 'story.arazzo.yaml');
const ENVIRONMENT = { REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', REDOCLY_TELEMETRY: 'off', NO_COLOR: '1' };

export async function tryRespect(gateway: KeyedGateway): Promise<Row> {
  const { value, calls } = await gateway.counted(() =>
    run(
      [
        ...[`${TOOLS}/node_modules/.bin/redocly`, 'respect', STORY],
        ...['--server', `api=${gateway.url}`, '--input', `key=${gateway.key}`],
      ],
      { env: { ...process.env, ...ENVIRONMENT }, timeout: 120_000 },
    ),
  );
  const passed = /Checks: (\d+) passed, \1 total/.exec(value.output)?.[1];
  const result = value.ok && passed !== undefined ? `${passed} checks pass` : `FAILED\n${value.output}`;
  return rowOf('Redocly respect', { calls, result });
}
