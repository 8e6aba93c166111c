import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequiresScope } from '../../http/access-decorators';
import { Context, type RequestContext } from '../../http/request-context';
import { ApiIdParam } from '../../api/openapi/api-id-param';
import { ApiProblems, UPSTREAM_PROBLEMS } from '../../api/openapi/api-problems';
import { IdParamPipe } from '../../api/validation/id-param.pipe';
import { QueryValidationPipe } from '../../api/validation/query.pipe';
import { SourceStreamsDto, SourceStreamsQueryDto } from './dto/source-streams.dto';
import { StreamsService } from './streams.service';

@ApiTags('ingestion')
@Controller('sources/:sourceId/streams')
export class StreamsController {
  constructor(private readonly streams: StreamsService) {}

  @Get()
  @RequiresScope('ingestion:read')
  @ApiOperation({
    operationId: 'getSourceStreams',
    summary: 'List the streams of a source',
    description:
      'Lists the streams with their fields, keys and cursors, and with the sync modes for a destination. Airbyte may run the ' +
      'connector of the source first, which takes up to minutes (`AIRBYTE_CREATE_TIMEOUT_MS`). One discovery runs at a time for ' +
      'each source, and concurrent requests share it. The result is kept for five minutes; `discoveredAt` has its age.',
  })
  @ApiIdParam('sourceId')
  @ApiOkResponse({ type: SourceStreamsDto })
  @ApiProblems({
    codes: [
      ...UPSTREAM_PROBLEMS,
      'validation-failed',
      'source-not-found',
      'source-unreachable',
      'reference-not-found',
      'workspace-mismatch',
    ],
  })
  getSourceStreams(
    @Param('sourceId', IdParamPipe) sourceId: string,
    @Query(QueryValidationPipe) { destinationId }: SourceStreamsQueryDto,
    @Context() context: RequestContext,
  ): Promise<SourceStreamsDto> {
    return this.streams.list(sourceId, destinationId ?? null, context);
  }
}
