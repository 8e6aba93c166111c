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
import { actorTag, toDestination } from './actor-mapper';
import { CheckService } from './check.service';
import { ConnectorService } from './connector.service';
import { DestinationDetailsDto } from './dto/actor.dto';
import { ConnectionCheckDto } from './dto/connection-check.dto';
import { ConnectorInputDto, PatchConnectorDto } from './dto/connector-input.dto';

@ApiTags('connectors')
@Controller('destinations')
export class DestinationsController {
  constructor(
    private readonly connectors: ConnectorService,
    private readonly checks: CheckService,
  ) {}

  @Post()
  @RequiresScope('connector:write')
  @Idempotent()
  @HttpCode(201)
  @ApiOperation({
    operationId: 'createDestination',
    summary: 'Create a destination',
    description:
      'Creates a destination. The configuration is validated against the schema of the connector before anything is sent, where ' +
      'the schema can be had (capability `connectorSchemas`). The embedded Airbyte also runs the check of the connector ' +
      'first. Secrets are masked in every answer.',
  })
  @ApiCreatedResponse({
    type: DestinationDetailsDto,
    headers: {
      Location: {
        description: 'Path of the destination.',
        schema: { type: 'string', format: 'uri-reference' },
      },
    },
  })
  @ApiProblems({
    body: 'read',
    codes: [...UPSTREAM_PROBLEMS, ...IDEMPOTENCY_PROBLEMS, 'conflict', 'outcome-unknown'],
  })
  async createDestination(
    @Body(RequestValidationPipe) request: ConnectorInputDto,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DestinationDetailsDto> {
    const made = await this.connectors.create('destination', request, context);
    void reply.header('location', `/destinations/${encodeURIComponent(made.id)}`);
    return toDestination(made);
  }

  @Post('check')
  @RequiresScope('connector:read')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'checkNewDestination',
    summary: 'Check a destination without creating it',
    description:
      'Takes the same body as `POST /destinations`, reports the same errors, runs the check of the connector and creates nothing. ' +
      'Needs the capability `connectorChecks`. Takes up to minutes.',
  })
  @ApiOkResponse({ type: ConnectionCheckDto })
  @ApiProblems({ body: 'read', codes: [...UPSTREAM_PROBLEMS, 'capability-off'] })
  checkNewDestination(
    @Body(RequestValidationPipe) request: ConnectorInputDto,
    @Context() context: RequestContext,
  ): Promise<ConnectionCheckDto> {
    return this.checks.uncreated('destination', request, context);
  }

  @Post(':destinationId/check')
  @RequiresScope('connector:read')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'checkDestination',
    summary: 'Check a destination',
    description:
      'Runs the check of the connector with the stored configuration. Needs the capability `connectorChecks`. Takes up to ' +
      'minutes.',
  })
  @ApiIdParam('destinationId')
  @ApiOkResponse({ type: ConnectionCheckDto })
  @ApiProblems({
    body: 'ignored',
    codes: [...UPSTREAM_PROBLEMS, 'validation-failed', 'destination-not-found', 'capability-off'],
  })
  checkDestination(
    @Param('destinationId', IdParamPipe) destinationId: string,
    @Context() context: RequestContext,
  ): Promise<ConnectionCheckDto> {
    return this.checks.existing('destination', destinationId, context);
  }

  @Get(':destinationId')
  @RequiresScope('connector:read')
  @ApiOperation({
    operationId: 'getDestination',
    summary: 'Read a destination',
    description:
      'Returns the destination with its configuration. Secrets are masked. Its entity tag identifies the version for `If-Match`; ' +
      'a changed secret does not change it.',
  })
  @ApiIdParam('destinationId')
  @ApiConditional(DestinationDetailsDto)
  @ApiProblems({ codes: [...UPSTREAM_PROBLEMS, 'validation-failed', 'destination-not-found'] })
  async getDestination(
    @Param('destinationId', IdParamPipe) destinationId: string,
    @Context() context: RequestContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DestinationDetailsDto | undefined> {
    const found = await this.connectors.get('destination', destinationId, context);
    return conditional({ request, reply }, actorTag(found), toDestination(found));
  }

  @Patch(':destinationId')
  @RequiresScope('connector:write')
  @ApiOperation({
    operationId: 'patchDestination',
    summary: 'Change a destination',
    description:
      'Changes what is named and nothing else. Objects of the configuration are merged, other values replaced, and secrets ' +
      'that are not sent stay as they are. The changed configuration is validated as a new one is. Syncs continue where ' +
      'they ended. With `If-Match` it is only changed if it is still that version.',
  })
  @ApiIdParam('destinationId')
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The `ETag` of the version to change; `*` for any.',
    schema: { type: 'string' },
    example: '*',
  })
  @ApiOkResponse({ type: DestinationDetailsDto, headers: ETAG_HEADER })
  @ApiProblems({
    body: 'read',
    codes: [
      ...UPSTREAM_PROBLEMS,
      'destination-not-found',
      'precondition-failed',
      'conflict',
      'outcome-unknown',
    ],
  })
  async patchDestination(
    @Param('destinationId', IdParamPipe) destinationId: string,
    @Body(RequestValidationPipe) changes: PatchConnectorDto,
    @Context() context: RequestContext,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DestinationDetailsDto> {
    const changed = await this.connectors.patch('destination', destinationId, changes, ifMatch, context);
    void reply.header('etag', actorTag(changed));
    return toDestination(changed);
  }

  @Delete(':destinationId')
  @RequiresScope('connector:write')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteDestination',
    summary: 'Delete a destination',
    description:
      'Deletes a destination that no ingestion uses. Airbyte itself would delete the ingestions too, so the gateway refuses it ' +
      'while there are any.',
  })
  @ApiIdParam('destinationId')
  @ApiNoContentResponse({ description: 'The destination was deleted.' })
  @ApiProblems({
    body: 'ignored',
    codes: [
      ...UPSTREAM_PROBLEMS,
      'validation-failed',
      'destination-not-found',
      'connector-in-use',
      'conflict',
      'outcome-unknown',
    ],
  })
  deleteDestination(
    @Param('destinationId', IdParamPipe) destinationId: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    return this.connectors.delete('destination', destinationId, context);
  }
}
