import type { EventLog } from '../../events/log/event-log';
import type { Clock } from '../../lib/clock';
import type { SecretBox } from '../secrets/secret-box';
import { signatureHeaders } from '../secrets/signature';
import type { Attempt, WebhookSender } from '../sender/webhook-sender';
import type { StoredWebhook } from '../store/webhook-store';
import type { Fault } from '../webhook';
import { EventBodies } from './event-bodies';

/** After the stop began, messages under way have this long to be answered. */
const STOP_MS = 5000;

/** Signs messages and sends them. */
export class Attempter {
  private readonly bodies = new EventBodies();
  private readonly aborting = new AbortController();

  constructor(
    private readonly sender: WebhookSender,
    private readonly box: SecretBox,
    private readonly clock: Clock,
  ) {}

  /** @returns null if the gateway stops, so that the attempt does not count */
  async attempt(
    webhook: StoredWebhook,
    { eventId }: { eventId: string },
    log: EventLog,
  ): Promise<Attempt | null> {
    const body = await this.bodies.bodyOf(eventId, log);
    return body === null ? withoutSending('event_expired') : this.send(webhook, eventId, body);
  }

  /** @returns null if the gateway stops */
  async send({ id, config }: StoredWebhook, messageId: string, body: string): Promise<Attempt | null> {
    const sentAtMs = this.clock.now().getTime();
    const live = config.secrets.filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > sentAtMs);
    const secrets = live.flatMap(({ sealed }) => this.box.open(sealed, id) ?? []);
    if (secrets.length === 0) return withoutSending('secret_unreadable');
    const headers = signatureHeaders({ id: messageId, sentAtMs, body }, secrets);
    const { signal } = this.aborting;
    const attempt = await this.sender.send({ url: config.url, headers, body, signal });
    return signal.aborted && attempt.fault !== null ? null : attempt;
  }

  /** Gives messages under way some seconds, and then aborts them. */
  async stop(whenEnded: Promise<unknown>): Promise<void> {
    const ended = new AbortController();
    const limit = this.clock.wait(STOP_MS, ended.signal).then(() => {
      this.aborting.abort();
    });
    await whenEnded;
    ended.abort();
    await limit;
    await this.sender.close();
  }
}

function withoutSending(fault: Fault): Attempt {
  return { fault, statusCode: null, retryAfterMs: null, durationMs: 0 };
}
