import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequiresScope } from '../../http/access-decorators';
import { Context, type RequestContext } from '../../http/request-context';
import { ApiIdParam } from '../../api/openapi/api-id-param';
import { ApiProblems, UPSTREAM_PROBLEMS } from '../../api/openapi/api-problems';
import { IdParamPipe } from '../../api/validation/id-param.pipe';
import { QueryValidationPipe } from '../../api/validation/query.pipe';
import { DEFAULT_TAIL, RunLogDto, RunLogQueryDto } from './dto/run-log.dto';
import { RunLogService } from './run-log.service';

@ApiTags('runs')
@Controller('ingestion/:connectionId/runs/:runId/logs')
export class RunLogController {
  constructor(private readonly logs: RunLogService) {}

  @Get()
  @RequiresScope('ingestion:logs')
  @ApiOperation({
    operationId: 'getRunLog',
    summary: 'Get the log of a run',
    description:
      'Returns the last lines of the log of the newest attempt. Secrets are masked where they can be recognized, but a log ' +
      'may contain data of the source: give the scope to operators only. Needs the capabilities `attempts` and `logs`.',
  })
  @ApiIdParam('connectionId')
  @ApiIdParam('runId')
  @ApiOkResponse({ type: RunLogDto })
  @ApiProblems({
    codes: [
      ...UPSTREAM_PROBLEMS,
      'validation-failed',
      'ingestion-not-found',
      'run-not-found',
      'capability-off',
    ],
  })
  getRunLog(
    @Param('connectionId', IdParamPipe) connectionId: string,
    @Param('runId', IdParamPipe) runId: string,
    @Query(QueryValidationPipe) { tail }: RunLogQueryDto,
    @Context() context: RequestContext,
  ): Promise<RunLogDto> {
    return this.logs.tail(connectionId, runId, tail ?? DEFAULT_TAIL, context);
  }
}
