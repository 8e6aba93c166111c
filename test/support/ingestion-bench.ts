import { clockOf } from './clock';
import { type GatewayBench, gatewayBench } from './gateway-bench';

const NOW = new Date('2026-01-15T10:30:00Z');
export const UUID = '9924bcd0-99be-453d-ba47-c2c9766f7da5';
export const DAILY = { scheduleType: 'cron', cronExpression: '0 0 2 * * ? UTC' };

export interface Resource {
  readonly schedule: Record<string, string | null>;
  readonly status: string;
  readonly streams: readonly object[];
}

/** A gateway with the fixed time {@link NOW}, and calls for the ingestion {@link UUID}. */
export interface IngestionBench extends GatewayBench {
  /** Adds the connection of the ingestion and returns its id. */
  readonly connection: (row?: Parameters<GatewayBench['upstream']['state']['addConnection']>[0]) => string;
  readonly read: () => Promise<{ body: Resource; etag: string }>;
  readonly patch: (
    changes: object,
    headers?: Record<string, string>,
  ) => ReturnType<GatewayBench['api']['patch']>;
  /** The bodies of the changes that Airbyte received. */
  readonly sent: () => unknown[];
}

/** Sets up the tests of the surrounding `describe` or file. */
export function ingestionBench(): IngestionBench {
  const bench = gatewayBench(
    {},
    clockOf(() => NOW),
  );
  return {
    get upstream() {
      return bench.upstream;
    },
    get gateway() {
      return bench.gateway;
    },
    get api() {
      return bench.api;
    },
    connection: (row = {}) => bench.upstream.state.addConnection({ connectionId: UUID, ...row }).connectionId,
    read: async () => {
      const response = await bench.api.get(`/ingestion/${UUID}`).expect(200);
      return { body: response.body as Resource, etag: String(response.headers['etag']) };
    },
    patch: (changes, headers = {}) => bench.api.patch(`/ingestion/${UUID}`).set(headers).send(changes),
    sent: () => bench.upstream.of('PATCH /connections/:id').map((request) => request.body),
  };
}
