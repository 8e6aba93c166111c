import { clockOf } from './clock';
import { type GatewayBench, gatewayBench } from './gateway-bench';
import { DESTINATION_ID, fault, type Reply, SOURCE_ID, type UpstreamRequest } from './scripted-upstream';

export const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
export const CREATE = 'POST /connections';
export const DOUBT_MS = 60_000;

type Sent = ReturnType<GatewayBench['api']['post']>;

/** A gateway with an adjustable clock, and requests with a new `Idempotency-Key` for each test. */
export interface IdempotencyBench extends GatewayBench {
  /** The key of this test. */
  readonly key: string;
  readonly post: (path: string, body?: object, withKey?: string) => Sent;
  readonly create: (body?: object) => Sent;
  /** Sets the clock ahead of the system clock until the test ends. */
  readonly moveAhead: (ms: number) => void;
  /** Executes a request and loses the answer. */
  readonly loseAnswer: (request: UpstreamRequest) => Reply;
  /** Loses the first creation before its execution. */
  readonly loseFirstCreation: () => void;
}

export function idempotencyBench(): IdempotencyBench {
  let aheadMs = 0;
  let serial = 0;
  let key: string;
  const bench = gatewayBench(
    {
      AIRBYTE_TIMEOUT_MS: '1000',
      AIRBYTE_START_TIMEOUT_MS: '1000',
      AIRBYTE_CREATE_TIMEOUT_MS: '1000',
      IDEMPOTENCY_DOUBT_MS: String(DOUBT_MS),
      IDEMPOTENCY_TTL_S: '3600',
    },
    clockOf(() => new Date(Date.now() + aheadMs)),
  );
  beforeEach(() => {
    key = `key-${++serial}`;
  });
  afterEach(() => {
    aheadMs = 0;
  });
  const post: IdempotencyBench['post'] = (path, body = ORDERS, withKey = key) =>
    bench.api.post(path).set('Idempotency-Key', withKey).send(body);

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
    get key() {
      return key;
    },
    post,
    create: (body = ORDERS) => post('/ingestion', body),
    moveAhead: (ms) => {
      aheadMs = ms;
    },
    loseAnswer: (request) => fault('reset', bench.upstream.act(request)),
    loseFirstCreation: () => {
      bench.upstream.on(CREATE, (_request, nth) => (nth === 1 ? fault('reset') : undefined));
    },
  };
}
