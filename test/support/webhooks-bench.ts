import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EVENT_SETTINGS, EventReader } from './events-bench';
import { HookReceiver } from './hook-receiver';
import { MirrorBench, type MirrorGateway } from './mirror-bench';
import type { Answer } from './send-json';
import { moveWhileWaiting, until } from './until';

export interface WebhookBody {
  readonly webhookId: string;
  readonly url: string;
  readonly status: string;
  readonly disabledReason: string | null;
  readonly failingSince: string | null;
  readonly workspaceId: string | null;
  readonly secret: string;
  readonly code?: string;
  readonly errors?: readonly { readonly field: string; readonly reason: string; readonly hint: string }[];
}

export interface DeliveryBody {
  readonly eventId: string;
  readonly state: string;
  readonly attempts: number;
  readonly statusCode: number | null;
  readonly fault: string | null;
  readonly nextAttemptAt: string | null;
  readonly code?: string;
}

/** Receivers of the tests listen on loopback. */
export const WEBHOOK_SETTINGS = { ...EVENT_SETTINGS, WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' };

/** Calls of one caller about webhooks. */
export class WebhookCaller {
  constructor(
    private gateway: Pick<MirrorGateway, 'send'>,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  continueAt(gateway: Pick<MirrorGateway, 'send'>): void {
    this.gateway = gateway;
  }

  send<T = WebhookBody>(method: string, path: string, body?: object): Promise<Answer<T>> {
    return this.gateway.send<T>(method, `/webhooks${path}`, {
      headers: this.headers,
      ...(body !== undefined && { body }),
    });
  }

  /** @throws if it is refused */
  async create(body: object): Promise<WebhookBody> {
    const answer = await this.send('POST', '', body);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  }

  async get(id: string): Promise<WebhookBody> {
    return (await this.send('GET', `/${id}`)).body;
  }

  async deliveries(id: string): Promise<readonly DeliveryBody[]> {
    return (await this.send<{ data: DeliveryBody[] }>('GET', `/${id}/deliveries?limit=200`)).body.data;
  }

  /** Resolves when one delivery, the newest, is as described. */
  async delivery(id: string, what: string, isIt: (delivery: DeliveryBody) => boolean): Promise<DeliveryBody> {
    return until(what, async () => (await this.deliveries(id)).find(isIt));
  }
}

/** Gateways that deliver to one receiver what happens to one ingestion of a scripted Airbyte. */
export class WebhooksBench {
  dataDir = '';
  /** The ingestion of this test. */
  id = '';

  private constructor(
    readonly mirror: MirrorBench,
    readonly receiver: HookReceiver,
  ) {}

  /** The clock moves while the test waits. */
  static async start(): Promise<WebhooksBench> {
    const mirror = await MirrorBench.start();
    moveWhileWaiting(mirror.clock);
    return new WebhooksBench(mirror, await HookReceiver.start());
  }

  /** Call before each test. */
  async prepare(): Promise<void> {
    this.dataDir = await mkdtemp(join(tmpdir(), 'webhooks-e2e-'));
    this.id = this.addIngestion();
  }

  /** An ingestion that is older than the log. */
  addIngestion(properties: object = {}): string {
    return this.mirror.upstream.state.addConnection({ createdAt: 1_700_000_000, ...properties }).connectionId;
  }

  /** A gateway whose log has begun. With credentials of callers, one has the key `all`. */
  async open(settings: Record<string, string> = {}): Promise<MirrorGateway> {
    const gateway = await this.openAtOnce(settings);
    await new EventReader(gateway, { 'x-api-key': 'all' }).current();
    return gateway;
  }

  openAtOnce(settings: Record<string, string> = {}): Promise<MirrorGateway> {
    return this.mirror.open({ ...WEBHOOK_SETTINGS, DATA_DIR: this.dataDir, ...settings });
  }

  endRun(status = 'succeeded', connectionId = this.id): void {
    const { state } = this.mirror.upstream;
    state.history.end(state.addJob({ connectionId, status: 'running', rowsSynced: 5 }), status);
  }

  /** Call after each test. */
  async reset(): Promise<void> {
    this.receiver.disconnect();
    await this.mirror.reset();
    this.receiver.clear();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await this.receiver.close();
    await this.mirror.close();
  }
}
