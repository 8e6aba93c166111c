import { request as openRequest } from 'node:http';
import { createHash } from 'node:crypto';
import type { Clock } from '../../../src/lib/clock';
import { checkAnswer } from '../../support/contract';
import { startGateway, type TestGateway } from '../../support/gateway';
import { type ScriptedUpstream, WORKSPACE_ID } from '../../support/scripted-upstream';
import { serveSample } from '../../support/serve-connectors';
import { attempt, FORMATTED_LOG, serveInternalApi } from '../../support/upstream-internal';
import { type Call, CALLS, CONNECTION_ID } from './calls';

/** The answer, as far as it is looked up in the description. */
export interface Given {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Differences from the call as it stands. */
export interface Sending {
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
}

/** Keys by what they may: the names are the scopes. */
export const KEYS = { 'ingestion:read': 'key-of-a-reader', 'ingestion:write': 'key-of-a-writer' };
const EVERY_SCOPE =
  'ingestion:read+ingestion:write+ingestion:logs+ingestion:destroy+webhook:write+connector:read+connector:write+metrics:read+operator:read';

/** For `API_KEYS`. */
export const API_KEYS = Object.entries(KEYS)
  .map(([scope, key], n) => `caller-${n}:${scope}:${createHash('sha256').update(key).digest('hex')}`)
  .join(',');

/** Of a caller who may do everything, in one workspace. */
export const LIMITED_KEY = 'key-of-a-team';
export const LIMITED_KEYS = `team:${EVERY_SCOPE}:${createHash('sha256').update(LIMITED_KEY).digest('hex')}:${WORKSPACE_ID}`;

/** Settings and dependencies of a gateway. */
export interface Setting {
  readonly settings?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** True: the gateway would remember it, and fail others for it. */
  readonly isOwn?: boolean;
}

/** Does not wait long for what will not come. */
export const HASTY = {
  AIRBYTE_TIMEOUT_MS: '300',
  AIRBYTE_CREATE_TIMEOUT_MS: '300',
  AIRBYTE_START_TIMEOUT_MS: '300',
};

const USUAL = { STATUS_MAX_AGE_MS: '0', RATE_LIMIT: 'off' };

/** Gateways in front of one Airbyte; those that nothing happens to serve one call after the other. */
export class TestGateways {
  private readonly shared = new Map<string, Promise<TestGateway>>();

  /** @param common the time, and headers that each call carries, unless told otherwise */
  constructor(
    private readonly upstream: ScriptedUpstream,
    private readonly common: { clock?: Clock; headers?: Readonly<Record<string, string>> } = {},
  ) {}

  /** Lets something be told of a call by a gateway that is set up so. */
  async with<T>(call: Call, setting: Setting, run: (context: ScenarioContext) => Promise<T>): Promise<T> {
    const gateway = await (setting.isOwn ? this.start(setting) : this.share(setting));
    try {
      return await run(new ScenarioContext(call, this.upstream, gateway, this.common.headers));
    } finally {
      if (setting.isOwn) await gateway.close();
    }
  }

  async close(): Promise<void> {
    for (const gateway of this.shared.values()) await (await gateway).close();
  }

  private share(setting: Setting): Promise<TestGateway> {
    const name = JSON.stringify([setting.settings, setting.clock !== undefined]);
    const found = this.shared.get(name) ?? this.start(setting);
    this.shared.set(name, found);
    return found;
  }

  private start({ settings, clock }: Setting): Promise<TestGateway> {
    return startGateway(
      { AIRBYTE_API_URL: this.upstream.url, ...USUAL, ...settings },
      clock ?? this.common.clock,
    );
  }
}

/** A gateway in front of an Airbyte that does as it is told, and one call that is made of it. */
export class ScenarioContext {
  constructor(
    readonly call: Call,
    readonly upstream: ScriptedUpstream,
    private readonly gateway: TestGateway,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {
    // Long ago, lest it be taken for what a lost change has made.
    upstream.state.addConnection({ connectionId: CONNECTION_ID, createdAt: 1_700_000_000 });
    const times = { startTime: '2026-01-15T02:00Z', lastUpdatedAt: '2026-01-15T02:07Z' };
    const internal = serveInternalApi(upstream);
    internal.jobs.set(1, { attempts: [attempt(0)], log: FORMATTED_LOG });
    serveSample(upstream);
    const status = call.id === 'cancelRun' ? 'running' : 'succeeded';
    upstream.state.addJob({ connectionId: CONNECTION_ID, status, ...times });
  }

  /** Sends another operation as it stands. */
  async sendAs(id: string): Promise<Given> {
    const call = CALLS.find((one) => one.id === id);
    if (call === undefined) throw new Error(`there is no operation ${id}`);
    const answer = await this.gateway.api[call.method](call.path).send(call.body);
    return { status: answer.status, headers: answer.headers, body: answer.body as unknown };
  }

  /** Sends the call; the answer is held to the description on its way. */
  async send({ path = this.call.path, query = '', headers = {}, body }: Sending = {}): Promise<Given> {
    const request = this.gateway.api[this.call.method](path + query);
    if (typeof body === 'string' && headers['content-type'] === undefined) void request.type('json');
    const answer = await request.set({ ...this.headers, ...headers }).send(body ?? this.call.body);
    return {
      status: answer.status,
      headers: answer.headers,
      body: answer.text === '' ? undefined : (answer.body as unknown),
    };
  }

  /** Sends it without a Host, which no client does that can help it. */
  sendWithoutHost(): Promise<Given> {
    const { method, path } = this.call;
    const url = new URL(this.gateway.url + path);
    return new Promise((resolve, reject) => {
      const request = openRequest(url, { method, setHost: false, headers: this.headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          const headers = response.headers as Record<string, string>;
          const status = response.statusCode ?? 0;
          checkAnswer({ method, path, status, headers: new Map(Object.entries(headers)), text });
          resolve({ status, headers, body: JSON.parse(text) });
        });
      });
      request.on('error', reject).end();
    });
  }
}
