import { EVENT_SETTINGS } from './events-bench';
import type { MirrorGateway } from './mirror-bench';
import type { Answer } from './send-json';
import { until } from './until';

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
