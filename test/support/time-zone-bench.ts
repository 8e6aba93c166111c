import type { Clock } from '../../src/lib/clock';
import { type GatewayBench, gatewayBench } from './gateway-bench';
import { startGateway, type TestGateway } from './gateway';
import { DESTINATION_ID, SOURCE_ID } from './scripted-upstream';

export const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
export const BERLIN = { scheduleType: 'cron', cronExpression: '30 2 * * 1-5', timeZone: 'Europe/Berlin' };
export const SEVEN = { scheduleType: 'basic', basicTiming: 'Every 7 HOURS' };
export const WRITE = 'internal connections/update';
export const PROBE = 'internal web_backend/describe_cron_expression';

export interface ZonedIngestion {
  readonly connectionId: string;
  readonly schedule: Readonly<Record<string, unknown>>;
  readonly status: string;
}
interface ZoneProblem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly reason: string; readonly hint: string }[];
}

/** A gateway for tests of zones and intervals. */
export class TimeZoneBench {
  private readonly bench: GatewayBench;

  /** Sets up the tests of the file. */
  constructor(clock: Clock) {
    this.bench = gatewayBench({ STATUS_MAX_AGE_MS: '0' }, clock);
  }

  get upstream(): GatewayBench['upstream'] {
    return this.bench.upstream;
  }

  get api(): GatewayBench['api'] {
    return this.bench.api;
  }

  post(schedule: object, more: object = {}, key?: string): ReturnType<GatewayBench['api']['post']> {
    const request = this.api.post('/ingestion').send({ ...ORDERS, schedule, ...more });
    return key === undefined ? request : request.set('idempotency-key', key);
  }

  async create(schedule: object, more: object = {}): Promise<ZonedIngestion> {
    return (await this.post(schedule, more).expect(201)).body as ZonedIngestion;
  }

  async read(id: string): Promise<ZonedIngestion> {
    return (await this.api.get(`/ingestion/${id}`).expect(200)).body as ZonedIngestion;
  }

  /** Runs a test with a gateway that has just started, so that it knows no capability. */
  async withGateway<T>(
    run: (api: TestGateway['api']) => Promise<T>,
    settings: Record<string, string> = {},
    clock?: Clock,
  ): Promise<T> {
    const gateway = await startGateway(
      { AIRBYTE_API_URL: this.upstream.url, AIRBYTE_TIMEOUT_MS: '8000', ...settings },
      clock,
    );
    try {
      return await run(gateway.api);
    } finally {
      await gateway.close();
    }
  }

  /** Operations that may have changed something, in their order. */
  changes(): readonly string[] {
    return this.upstream.requests
      .filter(({ method, operation }) => method !== 'GET' && operation !== PROBE)
      .map(({ operation }) => operation);
  }

  rows(): readonly { readonly status: string; readonly schedule: object }[] {
    return [...this.upstream.state.connections.values()]
      .filter(({ status }) => status !== 'deprecated')
      .map(({ status, schedule }) => ({ status, schedule }));
  }
}

export function zoneProblemOf({ body }: { readonly body: unknown }): ZoneProblem {
  return body as ZoneProblem;
}
