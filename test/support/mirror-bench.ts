import { isDeepStrictEqual } from 'node:util';
import { startGateway, type TestGateway } from './gateway';
import { ScriptedUpstream, type UpstreamRequest } from './scripted-upstream';
import { type Answer, sendJson, type SendOptions } from './send-json';
import { SkippingClock } from './skipping-clock';
import { until } from './until';

export const FEED_INTERVAL_MS = 2000;

export interface StatusBody {
  readonly connectionId: string;
  readonly status: string;
  readonly syncState: string;
  readonly lastSync: string | null;
  readonly lastRun: {
    readonly runId: string;
    readonly status: string;
    readonly failure: { readonly message: string | null; readonly advice: string } | null;
  } | null;
  readonly currentRun: { readonly runId: string } | null;
  readonly health: string;
  readonly healthReasons: readonly { readonly code: string; readonly message: string }[];
  readonly observedAt: string;
}

/** Gateways with a mirror in front of one scripted Airbyte. All have the same clock, which the test moves. */
export class MirrorBench {
  private readonly gateways = new Set<TestGateway>();

  private constructor(
    readonly upstream: ScriptedUpstream,
    readonly clock: SkippingClock,
  ) {}

  static async start(): Promise<MirrorBench> {
    const bench = new MirrorBench(await ScriptedUpstream.start(), new SkippingClock());
    bench.useClock();
    return bench;
  }

  async open(settings: Readonly<Record<string, string>> = {}): Promise<MirrorGateway> {
    const environment = {
      AIRBYTE_API_URL: this.upstream.url,
      RATE_LIMIT: 'off',
      FEED_INTERVAL_MS: String(FEED_INTERVAL_MS),
      ...settings,
    };
    const gateway = await startGateway(environment, this.clock);
    this.gateways.add(gateway);
    return new MirrorGateway(this, gateway);
  }

  /** Closes the gateways and makes the upstream as new. */
  async reset(): Promise<void> {
    await Promise.all([...this.gateways].map((gateway) => this.closeGateway(gateway)));
    await this.upstream.listen().catch(() => undefined);
    this.upstream.clear();
    this.useClock();
  }

  async close(): Promise<void> {
    await this.reset();
    await this.upstream.close();
  }

  async closeGateway(gateway: TestGateway): Promise<void> {
    this.gateways.delete(gateway);
    await gateway.close();
  }

  /** Requests that reach the upstream while `work` is done, such as `GET /connections/:id`. */
  async callsOf(work: () => Promise<unknown>): Promise<readonly UpstreamRequest[]> {
    const before = this.upstream.requests.length;
    await work();
    return this.upstream.requests.slice(before);
  }

  private useClock(): void {
    const { state } = this.upstream;
    state.machineMs = () => this.clock.now().getTime();
    // The gateway's client measures with the clock of the machine how far Airbyte's clock is ahead.
    state.serverMs = () => Date.now();
  }
}

export class MirrorGateway {
  constructor(
    private readonly bench: MirrorBench,
    private readonly gateway: TestGateway,
  ) {}

  get url(): string {
    return this.gateway.url;
  }

  send<T>(method: string, path: string, options?: SendOptions): Promise<Answer<T>> {
    return sendJson<T>(this.url, method, path, options);
  }

  /** @param cacheControl of the request */
  async status(id: string, cacheControl?: string): Promise<Answer<StatusBody>> {
    const headers = cacheControl === undefined ? {} : { 'cache-control': cacheControl };
    return this.send('GET', `/ingestion/${id}/status`, { headers });
  }

  /**
   * Resolves when the first load is over: lists are answered without a call upstream.
   * @param passingMs time to move the clock by before each look
   */
  async warm(passingMs = 0): Promise<void> {
    await until('the mirror to be loaded', async () => {
      if (passingMs > 0) this.bench.clock.skip(passingMs);
      await this.bench.upstream.idle();
      const calls = await this.bench.callsOf(() => this.send('GET', '/ingestion?health=failing&pageSize=1'));
      return calls.length === 0;
    });
  }

  /** Resolves when so many ticks that began after this call are over. */
  async tick(count = 1): Promise<void> {
    const { upstream, clock } = this.bench;
    const ticks = (): number => upstream.requests.filter(beginsTick).length;
    const before = ticks();
    // A tick begins when the one before is over. One that finds a gap begins twice.
    for (let done = 1; done <= count + 2; done++)
      await until(`tick ${done} of ${count + 2}`, async () => {
        if (ticks() >= before + done) return true;
        clock.skip(FEED_INTERVAL_MS);
        // Without readers there are no ticks.
        await this.send('GET', '/ingestion?pageSize=1');
        await upstream.idle();
        return ticks() >= before + done;
      });
  }

  close(): Promise<void> {
    return this.bench.closeGateway(this.gateway);
  }
}

export interface Difference {
  readonly mirrored: unknown;
  readonly read: unknown;
}

/**
 * Statuses and list items that a gateway with a mirror returns and one without does not.
 * @param ids of all ingestions to compare, known or not
 */
export async function differences(
  mirror: MirrorGateway,
  direct: MirrorGateway,
  ids: readonly string[],
): Promise<Difference[]> {
  const all: Difference[] = [];
  for (const id of ids)
    all.push({ mirrored: await shownStatus(mirror, id), read: await shownStatus(direct, id) });
  const [mirrored, read] = [await shownItems(mirror), await shownItems(direct)];
  for (const id of new Set([...mirrored.keys(), ...read.keys()]))
    all.push({ mirrored: mirrored.get(id), read: read.get(id) });
  return all.filter((one) => !isDeepStrictEqual(one.mirrored, one.read));
}

async function shownStatus(gateway: MirrorGateway, id: string): Promise<unknown> {
  const { status, body } = await gateway.status(id);
  return status === 200 ? { ...body, observedAt: '' } : { id, status };
}

async function shownItems(gateway: MirrorGateway): Promise<Map<string, unknown>> {
  const items = new Map<string, unknown>();
  for (let token = ''; ;) {
    const { body } = await gateway.send<ListBody>('GET', `/ingestion?pageSize=100${token}`);
    for (const item of body.data) items.set(item.connectionId, item);
    if (body.nextPageToken === null) return items;
    token = `&pageToken=${encodeURIComponent(body.nextPageToken)}`;
  }
}

interface ListBody {
  readonly data: readonly { readonly connectionId: string }[];
  readonly nextPageToken: string | null;
}

/** Whether this request asks for the newest changes of jobs. */
export function isFeed({ operation, query }: UpstreamRequest): boolean {
  return operation === 'GET /jobs' && (query.get('orderBy') ?? '').startsWith('updatedAt');
}

function beginsTick(request: UpstreamRequest): boolean {
  return isFeed(request) && (request.query.get('offset') ?? '0') === '0';
}
