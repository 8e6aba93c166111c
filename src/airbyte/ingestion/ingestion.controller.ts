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
import { ApiProblems, IDEMPOTENCY_PROBLEMS, UPSTREAM_PROBLEMS } from '../../api/openapi/api-problems';
import { ApiIdParam } from '../../api/openapi/api-id-param';
import { IdParamPipe } from '../../api/validation/id-param.pipe';
import { refuseParameters } from '../../api/validation/refuse-parameters';
import { RequestValidationPipe } from '../../api/validation/validation.pipe';
import { CreateIngestionDto } from './dto/create-ingestion.dto';
import { CreationCheckDto } from './dto/creation-check.dto';
import { IngestionDto } from '../core/dto/ingestion.dto';
import { PatchIngestionDto } from './dto/patch-ingestion.dto';
import { IngestionService } from './ingestion.service';
import { resourceTag } from './resource-mapper';
import { ResourceService } from './resource.service';
import { ScheduledBodyPipe } from './scheduled-body.pipe';

@ApiTags('ingestion')
@Controller('ingestion')
export class IngestionController {
  constructor(
    private readonly ingestions: IngestionService,
    private readonly resources: ResourceService,
  ) {}

  @Post()
  @RequiresScope('ingestion:write')
  @Idempotent()
  @HttpCode(201)
  @ApiOperation({
    operationId: 'createIngestion',
    summary: 'Connect a source to a destination',
    description:
      'Creates a connection in Airbyte. **Without `streams` Airbyte takes every stream of the source and overwrites the ' +
      'destination on each sync (full refresh, overwrite).** Creation can take minutes: Airbyte reads the schema of the ' +
      'source first. `POST /ingestion/check` takes the same body and creates nothing.',
  })
  @ApiCreatedResponse({
    type: IngestionDto,
    headers: {
      Location: { description: 'Path of the status.', schema: { type: 'string', format: 'uri-reference' } },
    },
  })
  @ApiProblems({
    body: 'read',
    codes: [
      ...UPSTREAM_PROBLEMS,
      ...IDEMPOTENCY_PROBLEMS,
      'reference-not-found',
      'workspace-mismatch',
      'table-in-use',
      'conflict',
      'outcome-unknown',
    ],
  })
  async createIngestion(
    @Body(ScheduledBodyPipe) request: CreateIngestionDto,
    @Context() context: RequestContext,
    @Req() { query }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IngestionDto> {
    // Callers of an earlier API version would create an ingestion although they only want to check it.
    refuseParameters(query, { validateOnly: 'Send the same body to POST /ingestion/check.' });
    const ingestion = await this.ingestions.create(request, context);
    void reply.header('location', `/ingestion/${encodeURIComponent(ingestion.connectionId)}/status`);
    return ingestion;
  }

  @Post('check')
  @RequiresScope('ingestion:read')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'checkIngestion',
    summary: 'Check a creation without creating anything',
    description:
      'Takes the same body as `POST /ingestion`, reports the same errors and creates nothing. Returns the schedule and ' +
      'its next firings. Streams are compared with those of the source. Airbyte may have to read the schema of the ' +
      'source first; if that takes too long, `unchecked` contains `streams`.',
  })
  @ApiOkResponse({ type: CreationCheckDto, description: 'The creation is valid.' })
  @ApiProblems({
    body: 'read',
    codes: [...UPSTREAM_PROBLEMS, 'reference-not-found', 'workspace-mismatch', 'table-in-use'],
  })
  checkIngestion(
    @Body(ScheduledBodyPipe) request: CreateIngestionDto,
    @Context() context: RequestContext,
  ): Promise<CreationCheckDto> {
    return this.ingestions.check(request, context);
  }

  @Get(':connectionId')
  @RequiresScope('ingestion:read')
  @ApiOperation({
    operationId: 'getIngestion',
    summary: 'Read an ingestion',
    description:
      'Returns the ingestion as stored in Airbyte. Its entity tag identifies the version for `If-Match`.',
  })
  @ApiIdParam('connectionId')
  @ApiConditional(IngestionDto)
  @ApiProblems({ codes: [...UPSTREAM_PROBLEMS, 'validation-failed', 'ingestion-not-found'] })
  async getIngestion(
    @Param('connectionId', IdParamPipe) connectionId: string,
    @Context() context: RequestContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IngestionDto | undefined> {
    const resource = await this.resources.get(connectionId, context);
    return conditional({ request, reply }, resourceTag(resource), resource);
  }

  @Patch(':connectionId')
  @RequiresScope('ingestion:write')
  @ApiOperation({
    operationId: 'patchIngestion',
    summary: 'Change an ingestion',
    description:
      'Changes what is named and nothing else; a null member counts as not named, so to end a schedule send ' +
      '`{"scheduleType": "manual"}`. `streams` replaces the whole list of streams; Airbyte may have to read the schema of ' +
      'the source first, which can take minutes. With `If-Match` it is only changed if it is still that version, as far ' +
      'as can be told: Airbyte has no conditional requests, so it is compared first and written then. `pause` gives a pause a ' +
      'reason and an end; the status returns them.',
  })
  @ApiIdParam('connectionId')
  @ApiIfMatch()
  @ApiOkResponse({ type: IngestionDto, headers: ETAG_HEADER })
  @ApiProblems({
    body: 'read',
    codes: [
      ...UPSTREAM_PROBLEMS,
      'ingestion-not-found',
      'precondition-failed',
      'table-in-use',
      'conflict',
      'outcome-unknown',
      'capability-off',
    ],
  })
  async patchIngestion(
    @Param('connectionId', IdParamPipe) connectionId: string,
    @Body(RequestValidationPipe) changes: PatchIngestionDto,
    @Context() context: RequestContext,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IngestionDto> {
    const resource = await this.resources.patch(connectionId, changes, ifMatch, context);
    void reply.header('etag', resourceTag(resource));
    return resource;
  }

  @Delete(':connectionId')
  @RequiresScope('ingestion:write')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteIngestion',
    summary: 'Delete an ingestion',
    description:
      'Stops all future syncs. Later requests for this ingestion return 404. Synced data stays in the destination.',
  })
  @ApiIdParam('connectionId')
  @ApiNoContentResponse({ description: 'The ingestion was deleted.' })
  @ApiProblems({
    body: 'ignored',
    codes: [...UPSTREAM_PROBLEMS, 'validation-failed', 'ingestion-not-found', 'conflict', 'outcome-unknown'],
  })
  deleteIngestion(
    @Param('connectionId', IdParamPipe) connectionId: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    return this.ingestions.delete(connectionId, context);
  }
}
