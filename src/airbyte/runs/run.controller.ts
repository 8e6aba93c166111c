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
    summary: 'Sync now',
    description:
      'Starts a sync whatever the schedule says. One that is in progress is refused or attached to. Answers as soon as ' +
      'the run is on record, usually within seconds, although Airbyte up to version 2.1 needs minutes under load. Few ' +
      'starts are sent at one time (`AIRBYTE_MAX_STARTS`), so under load a start may wait as long as ' +
      '`AIRBYTE_START_TIMEOUT_MS` for its turn and take as long again: give your client a timeout of 5 minutes, or send ' +
      'an `Idempotency-Key` and repeat the request until it is answered. A start goes on when its caller has gone.',
  })
  @ApiIdParam('connectionId')
  @ApiBody({ type: StartRunDto, required: false })
  @ApiAcceptedResponse({ type: RunDto, description: 'It was started.', headers: LOCATION })
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

  @Get()
  @RequiresScope('ingestion:read')
  @ApiOperation({ operationId: 'listRuns', summary: 'List runs', description: 'The history, newest first.' })
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
    summary: 'Say how a run stands',
    description:
      'One run of this ingestion. With `wait` the answer comes when the run ends, or as it stands when so many seconds ' +
      'have passed or the gateway stops: whoever gets a run that has not ended asks again.',
  })
  @ApiIdParam('connectionId')
  @ApiIdParam('runId')
  @ApiOkResponse({ type: RunDto })
  @ApiProblems({ codes: [...UPSTREAM_PROBLEMS, 'validation-failed', 'ingestion-not-found', 'run-not-found'] })
  getRun(
    @Param('connectionId', IdParamPipe) connectionId: string,
    @Param('runId', IdParamPipe) runId: string,
    @Query(QueryValidationPipe) { wait }: RunQueryDto,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunDto> {
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
    summary: 'Stop a run',
    description:
      'Stops a run that has not ended. What it has brought already stays. Answers 202 with the run as it is where it has ' +
      'not ended within 10 seconds: the cancellation goes on, and `GET` with `wait` shows its end. It goes before ' +
      'every start that waits.',
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
