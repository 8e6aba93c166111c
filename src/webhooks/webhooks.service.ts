import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemException, validationFailed } from '../api/problem/problem.exception';
import { SETTINGS, type Settings } from '../config/settings-types';
import { EventsRuntime } from '../events/events-runtime';
import type { Caller } from '../http/caller';
import type { RequestContext } from '../http/request-context';
import { scopeMissing } from '../http/scope-missing';
import { CLOCK, type Clock } from '../lib/clock';
import type { CreateWebhookDto, PatchWebhookDto } from './dto/webhook-input.dto';
import {
  type CreatedWebhookDto,
  MAX_WEBHOOKS,
  type WebhookDto,
  type WebhookListDto,
} from './dto/webhook.dto';
import { newSecret } from './secrets/signature';
import { ReceiverRules } from './sender/receiver-rules';
import { receiverUrl } from './sender/receiver-url';
import type { StoredWebhook } from './store/webhook-store';
import type { LogCursor, WebhookConfig } from './webhook';
import { webhookDto } from './webhook-mapper';
import { type KeptWebhooks, WebhooksRuntime } from './webhooks-runtime';

/** Webhooks of one caller. */
const MAX_OF_CALLER = 20;
/** Changes at the same time are tried again; more than this would be a fault. */
const MAX_CHANGE_TRIES = 10;

/** The newest settings of a webhook, and where it continues; no cursor: where it is. */
export interface WebhookChange {
  readonly config: WebhookConfig;
  readonly cursor?: LogCursor;
}

/** Creates, lists and changes webhooks. A caller of one workspace sees those that are limited to it. */
@Injectable()
export class WebhooksService {
  private readonly rules: ReceiverRules;

  constructor(
    private readonly runtime: WebhooksRuntime,
    private readonly events: EventsRuntime,
    @Inject(SETTINGS) { webhooks }: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.rules = new ReceiverRules(webhooks.allowedHosts);
  }

  create(request: CreateWebhookDto, context: RequestContext): Promise<CreatedWebhookDto> {
    return this.runtime.use(async ({ store, engine, box }) => {
      requireEventScope(context.caller);
      const url = this.acceptedUrl(request.url);
      const id = `whk_${randomBytes(16).toString('base64url')}`;
      const secret = newSecret();
      const nowMs = this.clock.now().getTime();
      const config: WebhookConfig = {
        owner: context.callerKey ?? '',
        workspaceId: acceptedWorkspace(request.workspaceId ?? null, context.caller),
        url,
        description: request.description ?? null,
        types: request.types ?? [],
        connectionIds: request.connectionIds ?? [],
        disabledReason: null,
        automaticEnds: 0,
        notice: null,
        secrets: [{ sealed: box.seal(secret, id), expiresAtMs: null }],
        createdAtMs: nowMs,
        updatedAtMs: nowMs,
      };
      const cursor = await this.cursorAtEnd();
      const outcome = await store.create(
        { id, config, cursor },
        { ofOwner: MAX_OF_CALLER, ofAll: MAX_WEBHOOKS },
      );
      if (outcome !== 'created') throw tooMany(outcome);
      engine.wake();
      return Object.assign(webhookDto({ id, config, version: 1, cursor, failingSinceMs: null }), { secret });
    });
  }

  list({ caller }: RequestContext): Promise<WebhookListDto> {
    return this.runtime.use(async ({ store }) => {
      const visible = (await store.list()).filter(({ config }) => isVisible(config, caller));
      const byAge = visible.sort((a, b) => a.config.createdAtMs - b.config.createdAtMs);
      return { data: byAge.map(webhookDto) };
    });
  }

  get(id: string, context: RequestContext): Promise<WebhookDto> {
    return this.runtime.use(async (kept) => webhookDto(await this.find(kept, id, context)));
  }

  patch(id: string, request: PatchWebhookDto, context: RequestContext): Promise<WebhookDto> {
    return this.runtime.use(async (kept) => {
      requireEventScope(context.caller);
      const url = typeof request.url === 'string' ? this.acceptedUrl(request.url) : null;
      const changed = await this.change(kept, id, context, async ({ config }) => {
        const { status } = request;
        const isEnabling = status === 'enabled' && config.disabledReason !== null;
        const disabledReason = { enabled: null, disabled: config.disabledReason ?? ('caller' as const) };
        return {
          config: {
            ...config,
            url: url ?? config.url,
            description: request.description ?? config.description,
            types: request.types ?? config.types,
            connectionIds: request.connectionIds ?? config.connectionIds,
            ...(status && { disabledReason: disabledReason[status] }),
          },
          ...(isEnabling && { cursor: await this.cursorAtEnd() }),
        };
      });
      return webhookDto(changed);
    });
  }

  remove(id: string, context: RequestContext): Promise<void> {
    return this.runtime.use(async (kept) => {
      await this.find(kept, id, context);
      if (!(await kept.store.remove(id))) throw notFound();
      kept.engine.wake();
    });
  }

  /** @throws ProblemException `webhook-not-found` also if it belongs to another workspace */
  async find({ store }: KeptWebhooks, id: string, { caller }: RequestContext): Promise<StoredWebhook> {
    const found = await store.find(id);
    if (found === null || !isVisible(found.config, caller)) throw notFound();
    return found;
  }

  /** Changes the newest version, also if it is changed by others at the same time. */
  async change(
    kept: KeptWebhooks,
    id: string,
    context: RequestContext,
    changeOf: (webhook: StoredWebhook) => Promise<WebhookChange>,
  ): Promise<StoredWebhook> {
    for (let attempt = 0; attempt < MAX_CHANGE_TRIES; attempt++) {
      const webhook = await this.find(kept, id, context);
      const { config, cursor } = await changeOf(webhook);
      const updated = { ...config, updatedAtMs: this.clock.now().getTime() };
      if (!(await kept.store.update(id, webhook.version, updated, cursor))) continue;
      kept.engine.wake();
      return this.find(kept, id, context);
    }
    throw new ProblemException('events-unavailable', 'Others change this webhook all the time. Try again.', {
      retryAfterMs: 1000,
    });
  }

  private async cursorAtEnd(): Promise<LogCursor> {
    const log = await this.events.open();
    return { after: await log.newestPosition(), notBeforeMs: 0 };
  }

  private acceptedUrl(text: string): string {
    const url = receiverUrl(text, this.rules);
    if (typeof url === 'string') return url;
    throw validationFailed([url]);
  }
}

function isVisible({ workspaceId }: WebhookConfig, caller: Caller | undefined): boolean {
  const only = caller?.workspaceId ?? null;
  return only === null || workspaceId === only;
}

/** A webhook sends events, so its caller needs the scope for them, too. */
function requireEventScope(caller: Caller | undefined): void {
  if (caller !== undefined && !caller.scopes.includes('ingestion:read')) throw scopeMissing('ingestion:read');
}

function acceptedWorkspace(wanted: string | null, caller: Caller | undefined): string | null {
  const only = caller?.workspaceId ?? null;
  if (only === null || wanted === null || wanted === only) return wanted ?? only;
  throw validationFailed([
    {
      field: 'workspaceId',
      reason: 'is not the workspace of this caller',
      hint: 'Leave it out: the webhook gets the events of your workspace.',
    },
  ]);
}

function tooMany(bound: 'owner-full' | 'full'): ProblemException {
  const detail =
    bound === 'full'
      ? `There are ${MAX_WEBHOOKS} webhooks, which is the maximum of this gateway. Delete one that is no longer used.`
      : `A caller may have ${MAX_OF_CALLER} webhooks. Delete one, or use one for several ingestions.`;
  return new ProblemException('too-many-webhooks', detail);
}

function notFound(): ProblemException {
  return new ProblemException(
    'webhook-not-found',
    'There is no webhook with this id. GET /webhooks lists them.',
  );
}
