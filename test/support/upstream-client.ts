import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import axios, { type AxiosInstance } from 'axios';
import type { CallerOptions } from '../../src/airbyte/client/call/airbyte-caller';
import type { AirbyteClient } from '../../src/airbyte/client/airbyte.client';
import { AirbyteError } from '../../src/airbyte/client/model/airbyte-errors';
import type { CreateConnectionInput } from '../../src/airbyte/client/model/airbyte-types';
import type { CallEvent } from '../../src/airbyte/client/resilience/request-runner';
import { createAirbyteClient } from '../../src/airbyte/client/airbyte.client';
import type { AirbyteSettings } from '../../src/config/settings-types';
import { type Reply, ScriptedUpstream, type UpstreamOptions } from './scripted-upstream';
import { DESTINATION_ID, SOURCE_ID } from './upstream-state';

const SETTINGS: Omit<AirbyteSettings, 'apiUrl'> = {
  credentials: { kind: 'none' },
  disablesFailing: true,
  workspaceId: null,
  timeoutMs: 5_000,
  createTimeoutMs: 5_000,
  startTimeoutMs: 5_000,
  maxConcurrency: 4,
  maxCreates: 2,
  maxStarts: 2,
  maxQueue: 100,
  usesInternalApi: true,
  internalApiUrl: null,
};

/** A scripted upstream and the clients of a test. */
export class ClientBench {
  /** The calls that the clients reported. */
  readonly events: CallEvent[] = [];
  private readonly clients: AirbyteClient[] = [];

  private constructor(readonly upstream: ScriptedUpstream) {}

  static async start(options?: UpstreamOptions): Promise<ClientBench> {
    return new ClientBench(await ScriptedUpstream.start(options));
  }

  clientWith(
    settings: Partial<AirbyteSettings> = {},
    instance: AxiosInstance = axios.create(),
    options: CallerOptions = {},
  ): AirbyteClient {
    const whole = { ...SETTINGS, apiUrl: this.upstream.url, ...settings };
    const onCall = (event: CallEvent): void => void this.events.push(event);
    const client = createAirbyteClient(whole, instance, { onCall, ...options });
    this.clients.push(client);
    return client;
  }

  /** Sets the answers to the first requests of an operation. */
  first(operation: string, ...replies: Reply[]): void {
    this.upstream.on(operation, (_request, nth) => replies[nth - 1]);
  }

  /** Resolves when a matching call has ended. */
  async reported(matches: (event: CallEvent) => boolean): Promise<void> {
    while (!this.events.some(matches)) await new Promise(setImmediate);
  }

  async close(): Promise<void> {
    await this.upstream.close();
    await Promise.all(this.clients.map((client) => client.onApplicationShutdown()));
  }
}

/** A new bench for each test of the surrounding `describe` or file. */
export function clientBench(options?: UpstreamOptions): Omit<ClientBench, 'close'> {
  let bench: ClientBench;
  beforeEach(async () => {
    bench = await ClientBench.start(options);
  });
  afterEach(() => bench.close());
  return {
    get upstream() {
      return bench.upstream;
    },
    get events() {
      return bench.events;
    },
    clientWith: (...settings) => bench.clientWith(...settings),
    first: (operation, ...replies) => {
      bench.first(operation, ...replies);
    },
    reported: (matches) => bench.reported(matches),
  };
}

/** Returns the error of a failed call. */
export async function errorOf(call: Promise<unknown>): Promise<AirbyteError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AirbyteError)) throw new Error(`expected an AirbyteError, got ${String(error)}`);
  return error;
}

/** The input of a creation. */
export function creation(name = 'Orders'): CreateConnectionInput {
  return {
    name,
    sourceId: SOURCE_ID,
    destinationId: DESTINATION_ID,
    status: 'active',
    schedule: { scheduleType: 'cron', cronExpression: '0 0 2 * * ?' },
  };
}

/** An axios instance whose interceptor adds a header. */
export function axiosWithHeader(name: string, value: string): AxiosInstance {
  const instance = axios.create();
  instance.interceptors.request.use((config) => {
    config.headers.set(name, value);
    return config;
  });
  return instance;
}

/** An HTTP proxy that connects all tunnels to one local port. */
export interface TunnelProxy {
  readonly url: string;
  /** The addresses that were requested, such as `airbyte.invalid:80`. */
  readonly targets: readonly string[];
  close(): void;
}

export async function startTunnelProxy(upstreamUrl: string): Promise<TunnelProxy> {
  const targets: string[] = [];
  const server = createServer().on('connect', (request, socket) => {
    targets.push(request.url ?? '');
    const target = connect(Number(new URL(upstreamUrl).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(target).pipe(socket);
    });
    for (const end of [socket, target]) end.on('error', () => end.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, targets, close: () => server.close() };
}
