import type TestAgent from 'supertest/lib/agent';
import type { Clock } from '../../src/lib/clock';
import { startGateway, type TestGateway } from './gateway';
import { ScriptedUpstream } from './scripted-upstream';

/** A scripted upstream, and a gateway in front of it. */
export interface GatewayBench {
  readonly upstream: ScriptedUpstream;
  readonly gateway: TestGateway;
  readonly api: TestAgent;
}

/** Sets up the tests of the surrounding `describe` or file. The upstream is cleared after each test. */
export function gatewayBench(
  settings: Readonly<Record<string, string>> | (() => Promise<Record<string, string>>) = {},
  clock?: Clock,
): GatewayBench {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    const chosen = typeof settings === 'function' ? await settings() : settings;
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, ...chosen }, clock);
  });
  afterEach(() => {
    upstream.clear();
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  return {
    get upstream() {
      return upstream;
    },
    get gateway() {
      return gateway;
    },
    get api() {
      return gateway.api;
    },
  };
}

/** As {@link gatewayBench}, with a new gateway for each test. */
export function freshGatewayBench(settings: Readonly<Record<string, string>>): GatewayBench {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
  });
  beforeEach(async () => {
    upstream.clear();
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, ...settings });
  });
  afterEach(() => gateway.close());
  afterAll(() => upstream.close());

  return {
    get upstream() {
      return upstream;
    },
    get gateway() {
      return gateway;
    },
    get api() {
      return gateway.api;
    },
  };
}
