import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiIdParam } from '../api/openapi/api-id-param';
import { ApiProblems } from '../api/openapi/api-problems';
import { IdParamPipe } from '../api/validation/id-param.pipe';
import { RequestValidationPipe } from '../api/validation/validation.pipe';
import { RequiresScope } from '../http/access-decorators';
import { Context, type RequestContext } from '../http/request-context';
import { ApiJson, ApiJsonBody } from './dto/api-example';
import { EXAMPLES } from './dto/webhook-examples';
import { CreateWebhookDto, PatchWebhookDto } from './dto/webhook-input.dto';
import { CreatedWebhookDto, WebhookDto, WebhookListDto } from './dto/webhook.dto';
import { WebhooksService } from './webhooks.service';

@ApiTags('webhooks')
@Controller('webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Post()
  @RequiresScope('webhook:write')
  @HttpCode(201)
  @ApiOperation({
    operationId: 'createWebhook',
    summary: 'Create a webhook',
    description:
      'From now on, events are sent to the URL (Standard Webhooks 1.0). The answer contains the secret that verifies them, once. ' +
      'The caller also needs the scope `ingestion:read`. A caller may have 20 webhooks. Needs the capability `webhooks`.',
  })
  @ApiJsonBody(CreateWebhookDto, EXAMPLES.createBody)
  @ApiJson(201, CreatedWebhookDto, EXAMPLES.created, {
    headers: {
      Location: { description: 'Path of the webhook.', schema: { type: 'string', format: 'uri-reference' } },
    },
  })
  @ApiProblems({ body: 'read', codes: ['too-many-webhooks', 'capability-off', 'events-unavailable'] })
  async createWebhook(
    @Body(RequestValidationPipe) request: CreateWebhookDto,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedWebhookDto> {
    const webhook = await this.webhooks.create(request, context);
    void reply.header('location', `/webhooks/${webhook.webhookId}`).header('cache-control', 'no-store');
    return webhook;
  }

  @Get()
  @RequiresScope('webhook:write')
  @ApiOperation({
    operationId: 'listWebhooks',
    summary: 'List webhooks',
    description: 'Returns all webhooks. A caller of one workspace gets those that are limited to it.',
  })
  @ApiJson(200, WebhookListDto, EXAMPLES.list)
  @ApiProblems({ codes: ['capability-off', 'events-unavailable'] })
  listWebhooks(@Context() context: RequestContext): Promise<WebhookListDto> {
    return this.webhooks.list(context);
  }

  @Get(':webhookId')
  @RequiresScope('webhook:write')
  @ApiOperation({
    operationId: 'getWebhook',
    summary: 'Read a webhook',
    description: 'Returns the webhook without its secret.',
  })
  @ApiIdParam('webhookId')
  @ApiJson(200, WebhookDto, EXAMPLES.webhook)
  @ApiProblems({ codes: ['validation-failed', 'webhook-not-found', 'capability-off', 'events-unavailable'] })
  getWebhook(
    @Param('webhookId', IdParamPipe) webhookId: string,
    @Context() context: RequestContext,
  ): Promise<WebhookDto> {
    return this.webhooks.get(webhookId, context);
  }

  @Patch(':webhookId')
  @RequiresScope('webhook:write')
  @ApiOperation({
    operationId: 'patchWebhook',
    summary: 'Change a webhook',
    description:
      'Changes what is named and nothing else. Events that are already to be sent go to the new URL. Enabled again, it gets events ' +
      'from now on, and those that were still to be sent. The caller also needs the scope `ingestion:read`.',
  })
  @ApiIdParam('webhookId')
  @ApiJson(200, WebhookDto, EXAMPLES.webhook)
  @ApiJsonBody(PatchWebhookDto, EXAMPLES.patchBody)
  @ApiProblems({ body: 'read', codes: ['webhook-not-found', 'capability-off', 'events-unavailable'] })
  patchWebhook(
    @Param('webhookId', IdParamPipe) webhookId: string,
    @Body(RequestValidationPipe) changes: PatchWebhookDto,
    @Context() context: RequestContext,
  ): Promise<WebhookDto> {
    return this.webhooks.patch(webhookId, changes, context);
  }

  @Delete(':webhookId')
  @RequiresScope('webhook:write')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteWebhook',
    summary: 'Delete a webhook',
    description: 'Nothing more is sent, and its deliveries are forgotten.',
  })
  @ApiIdParam('webhookId')
  @ApiNoContentResponse({ description: 'The webhook was deleted.' })
  @ApiProblems({
    body: 'ignored',
    codes: ['validation-failed', 'webhook-not-found', 'capability-off', 'events-unavailable'],
  })
  deleteWebhook(
    @Param('webhookId', IdParamPipe) webhookId: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    return this.webhooks.remove(webhookId, context);
  }
}
