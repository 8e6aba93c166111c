import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequiresScope } from '../../http/access-decorators';
import { Context, type RequestContext } from '../../http/request-context';
import { ApiIdParam } from '../../api/openapi/api-id-param';
import { ApiProblems, UPSTREAM_PROBLEMS } from '../../api/openapi/api-problems';
import { PageQueryDto } from '../../api/pagination/page-query.dto';
import { IdParamPipe } from '../../api/validation/id-param.pipe';
import { QueryValidationPipe } from '../../api/validation/query.pipe';
import { HistoryDto } from './dto/history.dto';
import { HistoryService } from './history.service';

@ApiTags('ingestion')
@Controller('ingestion/:connectionId/history')
export class HistoryController {
  constructor(private readonly history: HistoryService) {}

  @Get()
  @RequiresScope('ingestion:read')
  @ApiOperation({
    operationId: 'getHistory',
    summary: 'Get the history of an ingestion',
    description:
      "Lists who changed, paused, started or cancelled what, and when, from Airbyte's own timeline, newest first. Needs the " +
      'capability `history`.',
  })
  @ApiIdParam('connectionId')
  @ApiOkResponse({ type: HistoryDto })
  @ApiProblems({
    codes: [...UPSTREAM_PROBLEMS, 'validation-failed', 'ingestion-not-found', 'capability-off'],
  })
  getHistory(
    @Param('connectionId', IdParamPipe) connectionId: string,
    @Query(QueryValidationPipe) query: PageQueryDto,
    @Context() context: RequestContext,
  ): Promise<HistoryDto> {
    return this.history.list(connectionId, query, context);
  }
}
