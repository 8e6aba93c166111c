import type TestAgent from 'supertest/lib/agent';
import type { Clock } from '../../src/lib/clock';
import { parseSettings } from '../../src/config/settings';
import { type RunningGateway, start } from '../../src/start';
import { checkedAgent, watchFetch } from './contract-callers';

/** A gateway on a free port, and an agent that checks every answer against the API description. */
export interface TestGateway {
  readonly url: string;
  readonly api: TestAgent;
  close(): Promise<void>;
}

/**
 * Starts the gateway in this process with the settings of a user. Only the clock can be replaced. Reads
 * are direct unless a test sets `FEED_INTERVAL_MS`, so that a test can count calls and change Airbyte at any moment.
 */
export async function startGateway(environment: Record<string, string>, clock?: Clock): Promise<TestGateway> {
  const settings = parseSettings({ PORT: '0', LOG_LEVEL: 'silent', FEED_INTERVAL_MS: '0', ...environment });
  const gateway: RunningGateway = await start(settings, clock);
  watchFetch(gateway.url);
  return { url: gateway.url, api: checkedAgent(gateway.url), close: () => gateway.close() };
}
