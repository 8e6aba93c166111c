import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Idempotent, RequiresScope } from '../../http/access-decorators';
import { abortOnDisconnect } from '../../http/client-disconnect';
import { Context, type RequestContext } from '../../http/request-context';
import { ApiIdParam } from '../../api/openapi/api-id-param';
import { ApiProblems, IDEMPOTENCY_PROBLEMS, UPSTREAM_PROBLEMS } from '../../api/openapi/api-problems';
import { IdParamPipe } from '../../api/validation/id-param.pipe';
import { QueryValidationPipe } from '../../api/validation/query.pipe';
import { OptionalBodyPipe } from '../../api/validation/validation.pipe';
import { RunListDto, RunListQueryDto } from './dto/run-list.dto';
import { RunDto, RunQueryDto, StartRunDto } from '../core/dto/run.dto';
import { RunCheckDto } from './dto/run-check.dto';
import { RunDetailsDto } from './dto/run-details.dto';
import { RunService } from './run.service';

const SECOND_MS = 1000;

const LOCATION = {
  Location: { description: 'Path of the run.', schema: { type: 'string' as const, format: 'uri-reference' } },
};

@ApiTags('runs')
@Controller('ingestion/:connectionId/runs')
export class RunController {
  constructor(private readonly runs: RunService) {}

  @Post()
  @RequiresScope('ingestion:write')
  @Idempotent()
  @HttpCode(202)
  @ApiOperation({
    operationId: 'startRun',
    summary: 'Start a run',
    description:
      'Starts a run independently of the schedule: a sync, a refresh or a clear. A clear, and a refresh with `truncate`, remove ' +
      'rows and need the scope `ingestion:destroy`, too. A refresh, and a clear of some streams, need the capabilities ' +
      '`refresh` and `clearStreams`. If a run is in progress, `onConflict` decides for a sync. Answers as soon as ' +
      'the run exists, usually within seconds, although Airbyte up to version 2.1 needs minutes under load. Concurrent ' +
      'starts are limited (`AIRBYTE_MAX_STARTS`), so under load a start may wait up to ' +
      '`AIRBYTE_START_TIMEOUT_MS` in the queue and take as long again: set a client timeout of 5 minutes, or send ' +
      'an `Idempotency-Key` and repeat the request until you get a response. A start continues after the caller ' +
      'disconnects.',
  })
  @ApiIdParam('connectionId')
  @ApiBody({ type: StartRunDto, required: false })
  @ApiAcceptedResponse({ type: RunDto, description: 'The run was started.', headers: LOCATION })
  @ApiOkResponse({
    type: RunDto,
    description: 'A run was in progress and `onConflict` is `attach`.',
    headers: LOCATION,
  })
  @ApiProblems({
    body: 'read',
    codes: [
      ...UPSTREAM_PROBLEMS,
      ...IDEMPOTENCY_PROBLEMS,
      'ingestion-not-found',
      'run-in-progress',
      'ingestion-inactive',
      'conflict',
      'outcome-unknown',
      'capability-off',
    ],
  })
  async startRun(
    @Param('connectionId', IdParamPipe) connectionId: string,
    @Body(OptionalBodyPipe) request: StartRunDto,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunDto> {
    const { run, isNew } = await this.runs.start(connectionId, request, context);
    void reply.status(isNew ? 202 : 200).header('location', `/ingestion/${connectionId}/runs/${run.runId}`);
    return run;
  }

  @Post('check')
  @RequiresScope('ingestion:read')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'checkRun',
    summary: 'Check a run before its start',
    description:
      'Takes the body of a start, and lists the tables that the run would change and the run in progress. Starts nothing.',
  })
  @ApiIdParam('connectionId')
  @ApiBody({ type: StartRunDto, required: false })
  @ApiOkResponse({ type: RunCheckDto })
  @ApiProblems({ body: 'read', codes: [...UPSTREAM_PROBLEMS, 'ingestion-not-found'] })
  checkRun(
    @Param('connectionId', IdParamPipe) connectionId: string,
    @Body(OptionalBodyPipe) request: StartRunDto,
    @Context() context: RequestContext,
  ): Promise<RunCheckDto> {
    return this.runs.check(connectionId, request, context);
  }

  @Get()
  @RequiresScope('ingestion:read')
  @ApiOperation({
    operationId: 'listRuns',
    summary: 'List runs',
    description: 'Returns the run history, newest first, with the reasons of failed runs.',
  })
  @ApiIdParam('connectionId')
  @ApiOkResponse({ type: RunListDto })
  @ApiProblems({ codes: [...UPSTREAM_PROBLEMS, 'validation-failed', 'ingestion-not-found'] })
  listRuns(
    @Param('connectionId', IdParamPipe) connectionId: string,
    @Query(QueryValidationPipe) query: RunListQueryDto,
    @Context() context: RequestContext,
  ): Promise<RunListDto> {
    return this.runs.list(connectionId, query, context);
  }

  @Get(':runId')
  @RequiresScope('ingestion:read')
  @ApiOperation({
    operationId: 'getRun',
    summary: 'Get a run',
    description:
      'Returns one run of this ingestion. With `wait`, the response comes when the run ends, when the given seconds ' +
      'have passed, or when the gateway stops. If the run has not ended, repeat the request. Attempts, streams, progress ' +
      "and the reason of a failure come from Airbyte's internal API, where the installation has it.",
  })
  @ApiIdParam('connectionId')
  @ApiIdParam('runId')
  @ApiOkResponse({ type: RunDetailsDto })
  @ApiProblems({ codes: [...UPSTREAM_PROBLEMS, 'validation-failed', 'ingestion-not-found', 'run-not-found'] })
  getRun(
    @Param('connectionId', IdParamPipe) connectionId: string,
    @Param('runId', IdParamPipe) runId: string,
    @Query(QueryValidationPipe) { wait }: RunQueryDto,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunDetailsDto> {
    if (wait === undefined || wait === 0) return this.runs.get(connectionId, runId, context);
    const patience = { waitMs: wait * SECOND_MS, callerGone: abortOnDisconnect(reply) };
    return this.runs.awaitEnd(connectionId, runId, patience, context);
  }

  @Post(':runId/cancel')
  @RequiresScope('ingestion:write')
  @Idempotent()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'cancelRun',
    summary: 'Cancel a run',
    description:
      'Cancels a run that has not ended. Data that was already synced stays. If the run has not ended within ' +
      '10 seconds, the response is 202 with the current state; the cancellation continues, and `GET` with `wait` shows ' +
      'its end. Cancellations have priority over queued starts.',
  })
  @ApiIdParam('connectionId')
  @ApiIdParam('runId')
  @ApiOkResponse({ type: RunDto, description: 'The run has ended.' })
  @ApiAcceptedResponse({ type: RunDto, description: 'The run is being cancelled and has not ended yet.' })
  @ApiProblems({
    body: 'ignored',
    codes: [
      ...UPSTREAM_PROBLEMS,
      ...IDEMPOTENCY_PROBLEMS,
      'validation-failed',
      'ingestion-not-found',
      'run-not-found',
      'run-ended',
      'conflict',
      'outcome-unknown',
    ],
  })
  async cancelRun(
    @Param('connectionId', IdParamPipe) connectionId: string,
    @Param('runId', IdParamPipe) runId: string,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunDto> {
    const { run, hasEnded } = await this.runs.cancel(connectionId, runId, context);
    void reply.status(hasEnded ? 200 : 202);
    return run;
  }
}
