import { parseArgs } from 'node:util';

/** Command line options of the demo. */
export interface DemoOptions {
  /** URL of a running gateway; null starts a temporary one. */
  readonly url: string | null;
  readonly sourceId: string;
  readonly destinationId: string;
  /** API key or bearer token, if the gateway requires one. */
  readonly key: string | null;
  /** Time limit of the first syncs. */
  readonly timeoutMs: number;
}

export const USAGE = `npm run demo -- [--url http://127.0.0.1:3000] [--source ID] [--destination ID] [--key KEY] [--timeout-s 300]

Creates one ingestion that fires every minute and one on demand, waits for the first sync of both, prints the
results and deletes them. Without --url it starts a temporary gateway with an embedded Airbyte.
`;

/** @throws TypeError for an unknown or malformed option. */
export function parseOptions(args: readonly string[]): DemoOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: 'string' },
      source: { type: 'string', default: '95e66a59-8045-4307-9678-63bc3c9b8c93' },
      destination: { type: 'string', default: 'e478de0d-a3a0-475c-b019-25f7dd29e281' },
      key: { type: 'string' },
      'timeout-s': { type: 'string', default: '300' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const timeoutS = Number(values['timeout-s']);
  if (!Number.isFinite(timeoutS) || timeoutS <= 0)
    throw new TypeError('--timeout-s must be a number of seconds');
  return {
    url: values.url?.replace(/\/+$/, '') ?? null,
    sourceId: values.source,
    destinationId: values.destination,
    key: values.key ?? null,
    timeoutMs: timeoutS * 1000,
  };
}
