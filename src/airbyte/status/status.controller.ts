import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequiresScope } from '../../http/access-decorators';
import { conditional, weakTag } from '../../http/conditional';
import { ageInSeconds, requestedMaxAgeMs } from '../../http/freshness';
import { Context, type RequestContext } from '../../http/request-context';
import { ApiIdParam } from '../../api/openapi/api-id-param';
import { ApiProblems, UPSTREAM_PROBLEMS } from '../../api/openapi/api-problems';
import { ApiConditional, ApiMaxAge } from '../../api/openapi/api-conditional';
import { IdParamPipe } from '../../api/validation/id-param.pipe';
import { QueryValidationPipe } from '../../api/validation/query.pipe';
import { RequestValidationPipe } from '../../api/validation/validation.pipe';
import { BatchService } from './batch.service';
import { IngestionStatusDto } from './dto/ingestion-status.dto';
import { StatusBatchDto, StatusBatchRequestDto } from './dto/status-batch.dto';
import { FreshnessQueryDto, StatusQueryDto } from './dto/status-query.dto';
import { StatusService } from './status.service';

/** Entity tag of a status; excludes what changes with the time alone. */
function statusTag(status: IngestionStatusDto): string {
  return weakTag(Object.assign({}, status, { observedAt: null, withinFreshness: null }));
}

@ApiTags('ingestion')
@Controller('ingestion')
export class StatusController {
  constructor(
    private readonly statuses: StatusService,
    private readonly batches: BatchService,
  ) {}

  @Get(':connectionId/status')
  @RequiresScope('ingestion:read')
  @ApiOperation({
    operationId: 'getIngestionStatus',
    summary: 'Get the status of an ingestion',
    description:
      'Returns the last sync, the next sync, the schedule and health problems. The gateway follows Airbyte and answers ' +
      'from memory: runs are a few seconds old (`FEED_INTERVAL_MS`), settings up to 15 (`CONNECTION_MAX_AGE_MS`). ' +
      '`observedAt` and `Age` give the age. `Cache-Control: no-cache` reads Airbyte. While Airbyte cannot be read, the ' +
      'last status is returned with the health reason `not_observed`. ' +
      'The entity tag excludes `observedAt` and `withinFreshness`, so conditional polling is cheap while nothing changes.',
  })
  @ApiIdParam('connectionId')
  @ApiConditional(IngestionStatusDto, { isAged: true })
  @ApiProblems({ codes: [...UPSTREAM_PROBLEMS, 'validation-failed', 'ingestion-not-found'] })
  async getIngestionStatus(
    @Param('connectionId', IdParamPipe) connectionId: string,
    @Query(QueryValidationPipe) query: StatusQueryDto,
    @Context() context: RequestContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IngestionStatusDto | undefined> {
    const maxAgeMs = requestedMaxAgeMs(request.headers['cache-control']);
    const { status, ageMs } = await this.statuses.status(connectionId, query, context, maxAgeMs);
    void reply.header('age', ageInSeconds(ageMs));
    return conditional({ request, reply }, statusTag(status), status);
  }

  @Post('status/batch')
  @RequiresScope('ingestion:read')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'getIngestionStatuses',
    summary: 'Get the status of several ingestions',
    description: 'Returns up to 100 statuses in one request. A failure for one id is reported in its result.',
  })
  @ApiMaxAge()
  @ApiOkResponse({ type: StatusBatchDto })
  @ApiProblems({ body: 'read' })
  getIngestionStatuses(
    @Body(RequestValidationPipe) request: StatusBatchRequestDto,
    @Query(QueryValidationPipe) query: FreshnessQueryDto,
    @Context() context: RequestContext,
    @Req() { headers }: FastifyRequest,
  ): Promise<StatusBatchDto> {
    return this.batches.batch(request.ids, query, context, requestedMaxAgeMs(headers['cache-control']));
  }
}
