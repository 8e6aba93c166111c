import { createHash, timingSafeEqual } from 'node:crypto';
import { Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ProblemException } from '../../api/problem/problem.exception';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { CountedOnly } from '../../http/access-decorators';
import { FeedTrigger } from './feed-trigger';

/**
 * Receives Airbyte's notifications. They are not signed and may come from anybody who knows the token, so their content is not used:
 * they only make the gateway read Airbyte sooner. It is not in the API description, because only Airbyte calls it.
 */
@ApiExcludeController()
@Controller('hooks/airbyte')
export class AirbyteHookController {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly trigger: FeedTrigger,
  ) {}

  @Post(':token')
  @CountedOnly()
  @HttpCode(204)
  receiveNotification(@Param('token') token: string): void {
    if (!this.accepts(token))
      throw new ProblemException('route-not-found', 'No operation has this path. GET /docs lists them all.');
    this.trigger.fire();
  }

  /** Digests have the same length, so the time of the comparison says nothing about the token. */
  private accepts(token: string): boolean {
    const { notificationToken } = this.settings;
    return notificationToken !== null && timingSafeEqual(digestOf(token), digestOf(notificationToken));
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
