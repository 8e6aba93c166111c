import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequiresScope } from '../../http/access-decorators';
import { Context, type RequestContext } from '../../http/request-context';
import { ApiProblems, UPSTREAM_PROBLEMS } from '../../api/openapi/api-problems';
import { QueryValidationPipe } from '../../api/validation/query.pipe';
import { IngestionListDto, IngestionListQueryDto } from './dto/ingestion-list.dto';
import { ListingService } from './listing.service';

@ApiTags('ingestion')
@Controller('ingestion')
export class ListingController {
  constructor(private readonly listing: ListingService) {}

  @Get()
  @RequiresScope('ingestion:read')
  @ApiOperation({
    operationId: 'listIngestions',
    summary: 'List ingestions',
    description:
      'Returns one page, each ingestion with its status, ordered by id. An ingestion that exists while you read all ' +
      'pages appears exactly once. The data is as old as that of a status may be.',
  })
  @ApiOkResponse({ type: IngestionListDto })
  @ApiProblems({ codes: [...UPSTREAM_PROBLEMS, 'validation-failed'] })
  listIngestions(
    @Query(QueryValidationPipe) query: IngestionListQueryDto,
    @Context() context: RequestContext,
  ): Promise<IngestionListDto> {
    return this.listing.list(query, context);
  }
}
