import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequiresScope } from '../../http/access-decorators';
import { Context, type RequestContext } from '../../http/request-context';
import { ApiProblems, UPSTREAM_PROBLEMS } from '../../api/openapi/api-problems';
import { QueryValidationPipe } from '../../api/validation/query.pipe';
import { PageQueryDto } from '../../api/pagination/page-query.dto';
import { ActorService } from './actor.service';
import { DestinationListDto, SourceListDto } from './dto/actor-list.dto';

@ApiTags('ingestion')
@Controller()
export class ActorController {
  constructor(private readonly actors: ActorService) {}

  @Get('sources')
  @RequiresScope('ingestion:read')
  @ApiOperation({
    operationId: 'listSources',
    summary: 'List sources',
    description: 'Lists the sources without their configuration.',
  })
  @ApiOkResponse({ type: SourceListDto })
  @ApiProblems({ codes: [...UPSTREAM_PROBLEMS, 'validation-failed'] })
  listSources(
    @Query(QueryValidationPipe) query: PageQueryDto,
    @Context() context: RequestContext,
  ): Promise<SourceListDto> {
    return this.actors.sources(query, context);
  }

  @Get('destinations')
  @RequiresScope('ingestion:read')
  @ApiOperation({
    operationId: 'listDestinations',
    summary: 'List destinations',
    description: 'Lists the destinations without their configuration.',
  })
  @ApiOkResponse({ type: DestinationListDto })
  @ApiProblems({ codes: [...UPSTREAM_PROBLEMS, 'validation-failed'] })
  listDestinations(
    @Query(QueryValidationPipe) query: PageQueryDto,
    @Context() context: RequestContext,
  ): Promise<DestinationListDto> {
    return this.actors.destinations(query, context);
  }
}
