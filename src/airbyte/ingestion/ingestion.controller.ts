import { Body, Controller, Delete, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Idempotent, RequiresScope } from '../../common/http/access.decorators';
import { Context, type RequestContext } from '../../common/http/request-context';
import { ApiProblems, IDEMPOTENCY_PROBLEMS, UPSTREAM_PROBLEMS } from '../../common/openapi/api-problems';
import { ApiIdParam } from '../../common/openapi/api-id-param';
import { IdParamPipe } from '../../common/validation/id-param.pipe';
import { CreateIngestionDto } from './dto/create-ingestion.dto';
import { IngestionDto } from './dto/ingestion.dto';
import { IngestionService } from './ingestion.service';
import { ScheduledBodyPipe } from './scheduled-body.pipe';

@ApiTags('ingestion')
@Controller('ingestion')
export class IngestionController {
  constructor(private readonly ingestions: IngestionService) {}

  @Post()
  @RequiresScope('ingestion:write')
  @Idempotent()
  @HttpCode(201)
  @ApiOperation({
    operationId: 'createIngestion',
    summary: 'Connect a source to a destination',
    description:
      'Creates a connection in Airbyte. **Airbyte takes every stream of the source and overwrites the destination ' +
      'on each sync (full refresh, overwrite).** Creation can take minutes: Airbyte reads the schema of the source first.',
  })
  @ApiCreatedResponse({
    type: IngestionDto,
    headers: {
      Location: { description: 'Path of the status.', schema: { type: 'string', format: 'uri-reference' } },
    },
  })
  @ApiProblems({
    body: true,
    codes: [
      ...UPSTREAM_PROBLEMS,
      ...IDEMPOTENCY_PROBLEMS,
      'reference-not-found',
      'conflict',
      'outcome-unknown',
    ],
  })
  async createIngestion(
    @Body(ScheduledBodyPipe) request: CreateIngestionDto,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IngestionDto> {
    const ingestion = await this.ingestions.create(request, context);
    void reply.header('location', `/ingestion/${encodeURIComponent(ingestion.connectionId)}/status`);
    return ingestion;
  }

  @Delete(':connectionId')
  @RequiresScope('ingestion:write')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteIngestion',
    summary: 'Delete an ingestion',
    description:
      'It never syncs again and every later call for it is 404. What it has brought stays where it is.',
  })
  @ApiIdParam('connectionId')
  @ApiNoContentResponse({ description: 'It is gone.' })
  @ApiProblems({ codes: [...UPSTREAM_PROBLEMS, 'validation-failed', 'ingestion-not-found', 'conflict'] })
  deleteIngestion(
    @Param('connectionId', IdParamPipe) connectionId: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    return this.ingestions.delete(connectionId, context);
  }
}
