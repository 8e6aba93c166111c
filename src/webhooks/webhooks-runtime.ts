import type { OnApplicationBootstrap, OnApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import { ProblemException } from '../api/problem/problem.exception';
import { capabilityProblem } from '../airbyte/core/capability-problem';
import { EventStoreUnavailable } from '../events/log/event-store';
import type { Attempter } from './engine/attempter';
import type { WebhookEngine } from './engine/engine';
import type { SecretBox } from './secrets/secret-box';
import type { WebhookStore } from './store/webhook-store';

/** The parts of webhooks that are kept. */
export interface KeptWebhooks {
  readonly store: WebhookStore;
  readonly engine: WebhookEngine;
  readonly attempter: Attempter;
  readonly box: SecretBox;
}

/** The webhooks with their engine, if this installation has a place for them. */
export class WebhooksRuntime implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  constructor(
    private readonly kept: KeptWebhooks | null,
    private readonly offReason: string | null,
  ) {}

  onApplicationBootstrap(): void {
    this.kept?.engine.start();
  }

  /** @throws ProblemException `capability-off`, or `events-unavailable` if the storage fails */
  async use<T>(work: (webhooks: KeptWebhooks) => Promise<T>): Promise<T> {
    if (this.kept === null)
      throw capabilityProblem({ capability: 'webhooks', state: 'off', reason: this.offReason });
    try {
      return await work(this.kept);
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable)) throw error;
      throw new ProblemException(
        'events-unavailable',
        'Webhooks cannot be read or stored at the moment. Try again.',
        { retryAfterMs: 1000, cause: error },
      );
    }
  }

  async onModuleDestroy(): Promise<void> {
    await this.kept?.engine.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.kept?.store.close();
  }
}
