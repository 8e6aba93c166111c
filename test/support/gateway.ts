import supertest from 'supertest';
import type TestAgent from 'supertest/lib/agent';
import type { Clock } from '../../src/common/clock';
import { parseSettings } from '../../src/config/settings';
import { type RunningGateway, start } from '../../src/start';

/** A gateway on a free port, and a caller for it. */
export interface TestGateway {
  readonly url: string;
  readonly api: TestAgent;
  close(): Promise<void>;
}

/** Starts the gateway in this process with the settings a user would set; nothing of it is replaced but the clock. */
export async function startGateway(environment: Record<string, string>, clock?: Clock): Promise<TestGateway> {
  const settings = parseSettings({ PORT: '0', LOG_LEVEL: 'silent', ...environment });
  const gateway: RunningGateway = await start(settings, clock);
  return { url: gateway.url, api: supertest.agent(gateway.url), close: () => gateway.close() };
}
