import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Idempotent, RequiresScope } from '../../http/access-decorators';
import { conditional } from '../../http/conditional';
import { Context, type RequestContext } from '../../http/request-context';
import { ApiConditional, ETAG_HEADER } from '../../api/openapi/api-conditional';
import { ApiIdParam } from '../../api/openapi/api-id-param';
import { ApiProblems, IDEMPOTENCY_PROBLEMS, UPSTREAM_PROBLEMS } from '../../api/openapi/api-problems';
import { IdParamPipe } from '../../api/validation/id-param.pipe';
import { RequestValidationPipe } from '../../api/validation/validation.pipe';
import { actorTag, toSource } from './actor-mapper';
import { CheckService } from './check.service';
import { ConnectorService } from './connector.service';
import { SourceDetailsDto } from './dto/actor.dto';
import { ConnectionCheckDto } from './dto/connection-check.dto';
import { ConnectorInputDto, PatchConnectorDto } from './dto/connector-input.dto';

@ApiTags('connectors')
@Controller('sources')
export class SourcesController {
  constructor(
    private readonly connectors: ConnectorService,
    private readonly checks: CheckService,
  ) {}

  @Post()
  @RequiresScope('connector:write')
  @Idempotent()
  @HttpCode(201)
  @ApiOperation({
    operationId: 'createSource',
    summary: 'Create a source',
    description:
      'Creates a source. The configuration is validated against the schema of the connector before anything is sent, where ' +
      'the schema can be had (capability `connectorSchemas`). The embedded Airbyte also runs the check of the connector ' +
      'first. Secrets are masked in every answer.',
  })
  @ApiCreatedResponse({
    type: SourceDetailsDto,
    headers: {
      Location: { description: 'Path of the source.', schema: { type: 'string', format: 'uri-reference' } },
    },
  })
  @ApiProblems({
    body: 'read',
    codes: [...UPSTREAM_PROBLEMS, ...IDEMPOTENCY_PROBLEMS, 'conflict', 'outcome-unknown'],
  })
  async createSource(
    @Body(RequestValidationPipe) request: ConnectorInputDto,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SourceDetailsDto> {
    const made = await this.connectors.create('source', request, context);
    void reply.header('location', `/sources/${encodeURIComponent(made.id)}`);
    return toSource(made);
  }

  @Post('check')
  @RequiresScope('connector:read')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'checkNewSource',
    summary: 'Check a source without creating it',
    description:
      'Takes the same body as `POST /sources`, reports the same errors, runs the check of the connector and creates nothing. ' +
      'Needs the capability `connectorChecks`. Takes up to minutes.',
  })
  @ApiOkResponse({ type: ConnectionCheckDto })
  @ApiProblems({ body: 'read', codes: [...UPSTREAM_PROBLEMS, 'capability-off'] })
  checkNewSource(
    @Body(RequestValidationPipe) request: ConnectorInputDto,
    @Context() context: RequestContext,
  ): Promise<ConnectionCheckDto> {
    return this.checks.uncreated('source', request, context);
  }

  @Post(':sourceId/check')
  @RequiresScope('connector:read')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'checkSource',
    summary: 'Check a source',
    description:
      'Runs the check of the connector with the stored configuration. Needs the capability `connectorChecks`. Takes up to ' +
      'minutes.',
  })
  @ApiIdParam('sourceId')
  @ApiOkResponse({ type: ConnectionCheckDto })
  @ApiProblems({
    body: 'ignored',
    codes: [...UPSTREAM_PROBLEMS, 'validation-failed', 'source-not-found', 'capability-off'],
  })
  checkSource(
    @Param('sourceId', IdParamPipe) sourceId: string,
    @Context() context: RequestContext,
  ): Promise<ConnectionCheckDto> {
    return this.checks.existing('source', sourceId, context);
  }

  @Get(':sourceId')
  @RequiresScope('connector:read')
  @ApiOperation({
    operationId: 'getSource',
    summary: 'Read a source',
    description:
      'Returns the source with its configuration. Secrets are masked. Its entity tag identifies the version for `If-Match`; ' +
      'a changed secret does not change it.',
  })
  @ApiIdParam('sourceId')
  @ApiConditional(SourceDetailsDto)
  @ApiProblems({ codes: [...UPSTREAM_PROBLEMS, 'validation-failed', 'source-not-found'] })
  async getSource(
    @Param('sourceId', IdParamPipe) sourceId: string,
    @Context() context: RequestContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SourceDetailsDto | undefined> {
    const found = await this.connectors.get('source', sourceId, context);
    return conditional({ request, reply }, actorTag(found), toSource(found));
  }

  @Patch(':sourceId')
  @RequiresScope('connector:write')
  @ApiOperation({
    operationId: 'patchSource',
    summary: 'Change a source',
    description:
      'Changes what is named and nothing else. Objects of the configuration are merged, other values replaced, and secrets ' +
      'that are not sent stay as they are. The changed configuration is validated as a new one is. Syncs continue where ' +
      'they ended. With `If-Match` it is only changed if it is still that version.',
  })
  @ApiIdParam('sourceId')
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The `ETag` of the version to change; `*` for any.',
    schema: { type: 'string' },
    example: '*',
  })
  @ApiOkResponse({ type: SourceDetailsDto, headers: ETAG_HEADER })
  @ApiProblems({
    body: 'read',
    codes: [...UPSTREAM_PROBLEMS, 'source-not-found', 'precondition-failed', 'conflict', 'outcome-unknown'],
  })
  async patchSource(
    @Param('sourceId', IdParamPipe) sourceId: string,
    @Body(RequestValidationPipe) changes: PatchConnectorDto,
    @Context() context: RequestContext,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SourceDetailsDto> {
    const changed = await this.connectors.patch('source', sourceId, changes, ifMatch, context);
    void reply.header('etag', actorTag(changed));
    return toSource(changed);
  }

  @Delete(':sourceId')
  @RequiresScope('connector:write')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteSource',
    summary: 'Delete a source',
    description:
      'Deletes a source that no ingestion uses. Airbyte itself would delete the ingestions too, so the gateway refuses it ' +
      'while there are any.',
  })
  @ApiIdParam('sourceId')
  @ApiNoContentResponse({ description: 'The source was deleted.' })
  @ApiProblems({
    body: 'ignored',
    codes: [
      ...UPSTREAM_PROBLEMS,
      'validation-failed',
      'source-not-found',
      'connector-in-use',
      'conflict',
      'outcome-unknown',
    ],
  })
  deleteSource(
    @Param('sourceId', IdParamPipe) sourceId: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    return this.connectors.delete('source', sourceId, context);
  }
}
