import { parseArgs } from 'node:util';

/** What the demo was told on its command line. */
export interface DemoOptions {
  /** A running gateway; null: start one for the occasion. */
  readonly url: string | null;
  readonly sourceId: string;
  readonly destinationId: string;
  /** API key or bearer token, where the gateway asks for one. */
  readonly key: string | null;
  /** The demo fails when the first syncs take longer. */
  readonly timeoutMs: number;
}

export const USAGE = `npm run demo -- [--url http://127.0.0.1:3000] [--source ID] [--destination ID] [--key KEY] [--timeout-s 300]

Creates one ingestion that fires every minute and one on demand, follows both to their first sync, says what moved,
and deletes them again. Without --url it starts a gateway with an embedded Airbyte for the occasion.
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
