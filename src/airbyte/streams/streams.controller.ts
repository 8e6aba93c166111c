import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { RequiresScope } from '../../http/access-decorators';
import { Context, type RequestContext } from '../../http/request-context';
import { ApiIdParam } from '../../api/openapi/api-id-param';
import { ApiProblems, UPSTREAM_PROBLEMS } from '../../api/openapi/api-problems';
import { IdParamPipe } from '../../api/validation/id-param.pipe';
import { QueryValidationPipe } from '../../api/validation/query.pipe';
import { SourceStreamsDto, SourceStreamsQueryDto } from './dto/source-streams.dto';
import { StreamSampleDto, StreamSampleQueryDto } from './dto/stream-sample.dto';
import { SampleService } from './sample.service';
import { MAX_STREAM_NAME, StreamNamePipe } from './stream-name.pipe';
import { StreamsService } from './streams.service';

@ApiTags('ingestion')
@Controller('sources/:sourceId/streams')
export class StreamsController {
  constructor(
    private readonly streams: StreamsService,
    private readonly samples: SampleService,
  ) {}

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

  @Get(':name/sample')
  @RequiresScope('ingestion:read')
  @ApiOperation({
    operationId: 'getStreamSample',
    summary: 'Read the first rows of a stream',
    description:
      'Runs the connector of the source, returns the first ten rows with the types of their fields, and stops the connector. ' +
      'Nothing is written. Long values are cut. Takes up to a minute; one sample is read at a time for each source. Needs the ' +
      'capability `samples`, which only the embedded Airbyte has.',
  })
  @ApiIdParam('sourceId')
  @ApiParam({
    name: 'name',
    description: 'Name of the stream, percent-encoded.',
    schema: { type: 'string', minLength: 1, maxLength: MAX_STREAM_NAME, example: 'orders' },
  })
  @ApiOkResponse({ type: StreamSampleDto })
  @ApiProblems({
    codes: [
      ...UPSTREAM_PROBLEMS,
      'validation-failed',
      'source-not-found',
      'stream-not-found',
      'source-unreachable',
      'capability-off',
    ],
  })
  getStreamSample(
    @Param('sourceId', IdParamPipe) sourceId: string,
    @Param('name', StreamNamePipe) name: string,
    @Query(QueryValidationPipe) { namespace }: StreamSampleQueryDto,
    @Context() context: RequestContext,
  ): Promise<StreamSampleDto> {
    return this.samples.sample(sourceId, { name, namespace: namespace ?? null }, context);
  }
}
