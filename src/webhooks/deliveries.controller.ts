import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiIdParam } from '../api/openapi/api-id-param';
import { ApiProblems } from '../api/openapi/api-problems';
import type { ProblemCode } from '../api/problem/problem-catalogue';
import { IdParamPipe } from '../api/validation/id-param.pipe';
import { QueryValidationPipe } from '../api/validation/query.pipe';
import { RequestValidationPipe } from '../api/validation/validation.pipe';
import { RequiresScope } from '../http/access-decorators';
import { Context, type RequestContext } from '../http/request-context';
import { DeliveriesService } from './deliveries.service';
import { DeliveryDto, DeliveryListDto, DeliveryQueryDto, WebhookTestDto } from './dto/delivery.dto';
import { ApiJson, ApiJsonBody } from './dto/api-example';
import { EXAMPLES } from './dto/webhook-examples';
import { RecoverWebhookDto, RotateWebhookDto } from './dto/webhook-input.dto';
import { WebhookDto, WebhookSecretDto } from './dto/webhook.dto';

const CODES: readonly ProblemCode[] = [
  'validation-failed',
  'webhook-not-found',
  'capability-off',
  'events-unavailable',
];

@ApiTags('webhooks')
@Controller('webhooks/:webhookId')
export class DeliveriesController {
  constructor(private readonly deliveries: DeliveriesService) {}

  @Get('deliveries')
  @RequiresScope('webhook:write')
  @ApiOperation({
    operationId: 'listDeliveries',
    summary: 'List deliveries of a webhook',
    description:
      'Returns deliveries, newest first, with the result of the last attempt. Finished ones are kept for 7 days, at most 10,000 ' +
      'of a webhook.',
  })
  @ApiIdParam('webhookId')
  @ApiJson(200, DeliveryListDto, EXAMPLES.deliveries)
  @ApiProblems({ codes: CODES })
  listDeliveries(
    @Param('webhookId', IdParamPipe) webhookId: string,
    @Query(QueryValidationPipe) query: DeliveryQueryDto,
    @Context() context: RequestContext,
  ): Promise<DeliveryListDto> {
    return this.deliveries.list(webhookId, query, context);
  }

  @Post('deliveries/:eventId/resend')
  @RequiresScope('webhook:write')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'resendDelivery',
    summary: 'Send an event again',
    description: 'Sends the event now, and repeats it as if it were new. Its `webhook-id` stays the same.',
  })
  @ApiIdParam('webhookId')
  @ApiIdParam('eventId')
  @ApiJson(200, DeliveryDto, EXAMPLES.resent)
  @ApiProblems({ body: 'ignored', codes: [...CODES, 'delivery-not-found'] })
  resendDelivery(
    @Param('webhookId', IdParamPipe) webhookId: string,
    @Param('eventId', IdParamPipe) eventId: string,
    @Context() context: RequestContext,
  ): Promise<DeliveryDto> {
    return this.deliveries.resend(webhookId, eventId, context);
  }

  @Post('test')
  @RequiresScope('webhook:write')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'testWebhook',
    summary: 'Send a test message',
    description:
      'Sends a signed message of the type `webhook.test` at once, once, and returns the result. It is no event.',
  })
  @ApiIdParam('webhookId')
  @ApiJson(200, WebhookTestDto, EXAMPLES.tested)
  @ApiProblems({ body: 'ignored', codes: CODES })
  testWebhook(
    @Param('webhookId', IdParamPipe) webhookId: string,
    @Context() context: RequestContext,
  ): Promise<WebhookTestDto> {
    return this.deliveries.test(webhookId, context);
  }

  @Post('rotate')
  @RequiresScope('webhook:write')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: 'Replace the secret of a webhook',
    description:
      'Returns a new secret, once. Until the overlap ends, each message has a signature by the new secret and one by the secret before.',
  })
  @ApiIdParam('webhookId')
  @ApiJsonBody(RotateWebhookDto, EXAMPLES.rotateBody)
  @ApiJson(200, WebhookSecretDto, EXAMPLES.rotated)
  @ApiProblems({ body: 'read', codes: CODES })
  async rotateWebhookSecret(
    @Param('webhookId', IdParamPipe) webhookId: string,
    @Body(RequestValidationPipe) request: RotateWebhookDto,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookSecretDto> {
    void reply.header('cache-control', 'no-store');
    return this.deliveries.rotate(webhookId, request, context);
  }

  @Post('recover')
  @RequiresScope('webhook:write')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'recoverWebhook',
    summary: 'Send events since a time',
    description:
      'Sends the events since a time that match the webhook and have not been accepted yet, as far as the log has them. Those ' +
      'whose attempts have ended are tried again.',
  })
  @ApiIdParam('webhookId')
  @ApiJsonBody(RecoverWebhookDto, EXAMPLES.recoverBody)
  @ApiJson(200, WebhookDto, EXAMPLES.webhook)
  @ApiProblems({ body: 'read', codes: CODES })
  recoverWebhook(
    @Param('webhookId', IdParamPipe) webhookId: string,
    @Body(RequestValidationPipe) request: RecoverWebhookDto,
    @Context() context: RequestContext,
  ): Promise<WebhookDto> {
    return this.deliveries.recover(webhookId, request, context);
  }
}
