import { API_KEYS } from './api-keys';
import { type GatewayBench, gatewayBench } from './gateway-bench';
import { TestIssuer } from './issuer';

type Method = 'get' | 'post' | 'delete';

/** A gateway that accepts the API keys of `api-keys.ts` and tokens of an issuer. */
export interface SignedBench extends GatewayBench {
  readonly issuer: TestIssuer;
  /** A request with an API key. */
  readonly as: (key: string, method: Method, path: string) => ReturnType<GatewayBench['api']['post']>;
}

/** Sets up the tests of the surrounding `describe` or file. */
export function signedBench(): SignedBench {
  let issuer: TestIssuer;
  const bench = gatewayBench(async () => {
    issuer = await TestIssuer.start();
    return {
      API_KEYS,
      OIDC_ISSUER: issuer.url,
      OIDC_AUDIENCE: 'gateway',
      OIDC_WORKSPACE_CLAIM: 'workspace',
      STATUS_MAX_AGE_MS: '60000',
    };
  });
  afterAll(() => issuer.close());

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
    get issuer() {
      return issuer;
    },
    as: (key, method, path) => bench.api[method](path).set('X-API-Key', key),
  };
}
