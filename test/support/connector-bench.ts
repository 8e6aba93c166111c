import { createHash } from 'node:crypto';
import { type GatewayBench, gatewayBench } from './gateway-bench';
import { WORKSPACE_ID } from './scripted-upstream';
import { serveConnectors } from './serve-connectors';

const key = (name: string, scopes: string, workspace = ''): string =>
  `${name}:${scopes}:${createHash('sha256').update(name).digest('hex')}${workspace}`;
const KEYS = [
  key('writer', 'ingestion:read+connector:read+connector:write'),
  key('reader', 'ingestion:read+ingestion:write+connector:read'),
  key('team', 'connector:read+connector:write', `:${WORKSPACE_ID}`),
].join(',');

type Method = 'get' | 'post' | 'patch' | 'delete';
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}
interface ConnectorBench {
  readonly bench: GatewayBench;
  /** Sends a request with the key `writer`, if the headers name no other. */
  readonly send: (
    method: Method,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
}

/** A gateway in front of an Airbyte with connectors, for callers that may read and change sources and destinations. */
export function connectorBench(): ConnectorBench {
  const bench = gatewayBench({ API_KEYS: KEYS, RATE_LIMIT: 'off' });
  beforeEach(() => {
    serveConnectors(bench.upstream);
  });
  return {
    bench,
    send: async (method, path, body, headers = {}) =>
      bench.api[method](path)
        .set({ 'X-API-Key': 'writer', ...headers })
        .send(body),
  };
}
