import {
  Body,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Req,
  Res,
  type Type,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Idempotent, RequiresScope } from '../../http/access-decorators';
import { conditional } from '../../http/conditional';
import { Context, type RequestContext } from '../../http/request-context';
import { ApiConditional, ApiIfMatch, ETAG_HEADER } from '../../api/openapi/api-conditional';
import { ApiIdParam } from '../../api/openapi/api-id-param';
import { ApiProblems, IDEMPOTENCY_PROBLEMS, UPSTREAM_PROBLEMS } from '../../api/openapi/api-problems';
import { IdParamPipe } from '../../api/validation/id-param.pipe';
import { RequestValidationPipe } from '../../api/validation/validation.pipe';
import { actorTag } from './actor-mapper';
import { CheckService } from './check.service';
import { ConnectorService, type ShownActor } from './connector.service';
import type { KINDS } from './dto/connector-definition.dto';
import { ConnectionCheckDto } from './dto/connection-check.dto';
import { ConnectorInputDto, PatchConnectorDto } from './dto/connector-input.dto';

/**
 * Base class of the controllers of sources and destinations, which have the same operations.
 * @param details DTO of a response
 * @param toDetails gives the id its name
 */
export function actorController<Details extends object>(
  kind: (typeof KINDS)[number],
  details: Type<Details>,
  toDetails: (shown: ShownActor) => Details,
): Type<object> {
  const isSource = kind === 'source';
  const noun = isSource ? 'Source' : 'Destination';
  const id = isSource ? 'sourceId' : 'destinationId';
  const notFound = isSource ? 'source-not-found' : 'destination-not-found';

  @ApiTags('connectors')
  class ActorController {
    constructor(
      private readonly connectors: ConnectorService,
      private readonly checks: CheckService,
    ) {}

    @Post()
    @RequiresScope('connector:write')
    @Idempotent()
    @HttpCode(201)
    @ApiOperation({
      operationId: `create${noun}`,
      summary: `Create a ${kind}`,
      description:
        `Creates a ${kind}. The configuration is validated against the schema of the connector before anything is sent, where ` +
        'the schema can be had (capability `connectorSchemas`). The embedded Airbyte also runs the check of the connector ' +
        'first. Secrets are masked in every answer.',
    })
    @ApiCreatedResponse({
      type: details,
      headers: {
        Location: {
          description: `Path of the ${kind}.`,
          schema: { type: 'string', format: 'uri-reference' },
        },
      },
    })
    @ApiProblems({
      body: 'read',
      codes: [...UPSTREAM_PROBLEMS, ...IDEMPOTENCY_PROBLEMS, 'conflict', 'outcome-unknown'],
    })
    async create(
      @Body(RequestValidationPipe) request: ConnectorInputDto,
      @Context() context: RequestContext,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<Details> {
      const made = await this.connectors.create(kind, request, context);
      void reply.header('location', `/${kind}s/${encodeURIComponent(made.id)}`);
      return toDetails(made);
    }

    @Post('check')
    @RequiresScope('connector:read')
    @HttpCode(200)
    @ApiOperation({
      operationId: `checkNew${noun}`,
      summary: `Check a ${kind} without creating it`,
      description:
        `Takes the same body as \`POST /${kind}s\`, reports the same errors, runs the check of the connector and creates nothing. ` +
        'Needs the capability `connectorChecks`. Takes up to minutes.',
    })
    @ApiOkResponse({ type: ConnectionCheckDto })
    @ApiProblems({ body: 'read', codes: [...UPSTREAM_PROBLEMS, 'capability-off'] })
    checkNew(
      @Body(RequestValidationPipe) request: ConnectorInputDto,
      @Context() context: RequestContext,
    ): Promise<ConnectionCheckDto> {
      return this.checks.uncreated(kind, request, context);
    }

    @Post(`:${id}/check`)
    @RequiresScope('connector:read')
    @HttpCode(200)
    @ApiOperation({
      operationId: `check${noun}`,
      summary: `Check a ${kind}`,
      description:
        'Runs the check of the connector with the stored configuration. Needs the capability `connectorChecks`. Takes up to ' +
        'minutes.',
    })
    @ApiIdParam(id)
    @ApiOkResponse({ type: ConnectionCheckDto })
    @ApiProblems({
      body: 'ignored',
      codes: [...UPSTREAM_PROBLEMS, 'validation-failed', notFound, 'capability-off'],
    })
    check(
      @Param(id, IdParamPipe) actorId: string,
      @Context() context: RequestContext,
    ): Promise<ConnectionCheckDto> {
      return this.checks.existing(kind, actorId, context);
    }

    @Get(`:${id}`)
    @RequiresScope('connector:read')
    @ApiOperation({
      operationId: `get${noun}`,
      summary: `Read a ${kind}`,
      description:
        `Returns the ${kind} with its configuration. Secrets are masked. Its entity tag identifies the version for \`If-Match\`; ` +
        'a changed secret does not change it.',
    })
    @ApiIdParam(id)
    @ApiConditional(details)
    @ApiProblems({ codes: [...UPSTREAM_PROBLEMS, 'validation-failed', notFound] })
    async get(
      @Param(id, IdParamPipe) actorId: string,
      @Context() context: RequestContext,
      @Req() request: FastifyRequest,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<Details | undefined> {
      const found = await this.connectors.get(kind, actorId, context);
      return conditional({ request, reply }, actorTag(found), toDetails(found));
    }

    @Patch(`:${id}`)
    @RequiresScope('connector:write')
    @ApiOperation({
      operationId: `patch${noun}`,
      summary: `Change a ${kind}`,
      description:
        'Changes what is named and nothing else. Objects of the configuration are merged, other values replaced, and secrets ' +
        'that are not sent stay as they are. The changed configuration is validated as a new one is. Syncs continue where ' +
        'they ended. With `If-Match` it is only changed if it is still that version.',
    })
    @ApiIdParam(id)
    @ApiIfMatch()
    @ApiOkResponse({ type: details, headers: ETAG_HEADER })
    @ApiProblems({
      body: 'read',
      codes: [...UPSTREAM_PROBLEMS, notFound, 'precondition-failed', 'conflict', 'outcome-unknown'],
    })
    async patch(
      @Param(id, IdParamPipe) actorId: string,
      @Body(RequestValidationPipe) changes: PatchConnectorDto,
      @Context() context: RequestContext,
      @Headers('if-match') ifMatch: string | undefined,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<Details> {
      const changed = await this.connectors.patch(kind, actorId, changes, ifMatch, context);
      void reply.header('etag', actorTag(changed));
      return toDetails(changed);
    }

    @Delete(`:${id}`)
    @RequiresScope('connector:write')
    @HttpCode(204)
    @ApiOperation({
      operationId: `delete${noun}`,
      summary: `Delete a ${kind}`,
      description:
        `Deletes a ${kind} that no ingestion uses. Airbyte itself would delete the ingestions too, so the gateway refuses it ` +
        'while there are any.',
    })
    @ApiIdParam(id)
    @ApiNoContentResponse({ description: `The ${kind} was deleted.` })
    @ApiProblems({
      body: 'ignored',
      codes: [
        ...UPSTREAM_PROBLEMS,
        'validation-failed',
        notFound,
        'connector-in-use',
        'conflict',
        'outcome-unknown',
      ],
    })
    delete(@Param(id, IdParamPipe) actorId: string, @Context() context: RequestContext): Promise<void> {
      return this.connectors.delete(kind, actorId, context);
    }
  }
  return ActorController;
}
