import type { Caller } from './caller.js';
import { deleteOnce } from './deletion.js';
import { SHAPES } from './shapes.js';
import type {
  Called,
  CallOptions,
  CreatedWebhook,
  CreateWebhookInput,
  DeliveriesQuery,
  PatchWebhookInput,
  RecoverWebhookInput,
  RotateWebhookInput,
  SingleCallOptions,
  Webhook,
  WebhookDelivery,
  WebhookDeliveryList,
  WebhookList,
  WebhookSecret,
  WebhookTest,
} from './types.js';

const ONE = '/webhooks/{webhookId}';

/** Receivers of events. `verifyWebhook` verifies the messages that they get. */
export class WebhookClient {
  constructor(private readonly caller: Caller) {}

  /**
   * Creates a webhook and returns it with its secret, which is not shown again. The call is not retried: after an error other than
   * a `ProblemError`, see whether `list` has it, and delete it, because its secret is lost.
   */
  create(request: CreateWebhookInput, options: SingleCallOptions = {}): Called<CreatedWebhook> {
    return this.caller.call(
      SHAPES.createdWebhook,
      (init) => this.caller.http.POST('/webhooks', { body: request, ...init }),
      { ...options, retries: 0 },
    );
  }

  /** Returns all webhooks that the caller may see, oldest first. */
  list(options: CallOptions = {}): Called<WebhookList> {
    return this.caller.call(
      SHAPES.webhooks,
      (init) => this.caller.http.GET('/webhooks', { ...init }),
      options,
    );
  }

  get(webhookId: string, options: CallOptions = {}): Called<Webhook> {
    const params = { path: { webhookId } };
    return this.caller.call(
      SHAPES.webhook,
      (init) => this.caller.http.GET(ONE, { params, ...init }),
      options,
    );
  }

  /** Changes the given fields only. */
  patch(webhookId: string, request: PatchWebhookInput, options: CallOptions = {}): Called<Webhook> {
    const params = { path: { webhookId } };
    return this.caller.call(
      SHAPES.webhook,
      (init) => this.caller.http.PATCH(ONE, { params, body: request, ...init }),
      options,
    );
  }

  /** Deletes a webhook with its deliveries. */
  delete(webhookId: string, options: CallOptions = {}): Promise<void> {
    const params = { path: { webhookId } };
    return deleteOnce(this.caller, 'webhook-not-found', options, (init) =>
      this.caller.http.DELETE(ONE, { params, ...init }),
    );
  }

  /**
   * Returns a new secret. Until the overlap ends, messages also have a signature by the secret before. The call is not retried,
   * because each repetition shortens the use of the secret before.
   */
  rotate(
    webhookId: string,
    request: RotateWebhookInput = {},
    options: SingleCallOptions = {},
  ): Called<WebhookSecret> {
    const params = { path: { webhookId } };
    return this.caller.call(
      SHAPES.webhookSecret,
      (init) => this.caller.http.POST('/webhooks/{webhookId}/rotate', { params, body: request, ...init }),
      { ...options, retries: 0 },
    );
  }

  /** Sends a test message now, and returns the result of the attempt. */
  test(webhookId: string, options: CallOptions = {}): Called<WebhookTest> {
    const params = { path: { webhookId } };
    return this.caller.call(
      SHAPES.webhookTest,
      (init) => this.caller.http.POST('/webhooks/{webhookId}/test', { params, ...init }),
      options,
    );
  }

  /** Returns one page of deliveries, newest first. Pass `next` as `before` to get older ones. */
  deliveries(
    webhookId: string,
    query: DeliveriesQuery = {},
    options: CallOptions = {},
  ): Called<WebhookDeliveryList> {
    const params = { path: { webhookId }, query };
    return this.caller.call(
      SHAPES.deliveries,
      (init) => this.caller.http.GET('/webhooks/{webhookId}/deliveries', { params, ...init }),
      options,
    );
  }

  /** Sends one event again. Its `webhook-id` stays the same. */
  resend(webhookId: string, eventId: string, options: CallOptions = {}): Called<WebhookDelivery> {
    const params = { path: { webhookId, eventId } };
    return this.caller.call(
      SHAPES.delivery,
      (init) =>
        this.caller.http.POST('/webhooks/{webhookId}/deliveries/{eventId}/resend', { params, ...init }),
      options,
    );
  }

  /** Sends all events since a time that were not accepted. */
  recover(webhookId: string, request: RecoverWebhookInput, options: CallOptions = {}): Called<Webhook> {
    const params = { path: { webhookId } };
    return this.caller.call(
      SHAPES.webhook,
      (init) => this.caller.http.POST('/webhooks/{webhookId}/recover', { params, body: request, ...init }),
      options,
    );
  }
}
