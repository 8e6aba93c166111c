import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RequiresScope } from '../../http/access-decorators';
import { ageInSeconds } from '../../http/freshness';
import { Context, type RequestContext } from '../../http/request-context';
import { AGE_HEADER } from '../../api/openapi/api-conditional';
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
      'pages appears exactly once. The data is as old as that of a status may be; `Age` has the age of the oldest fact.',
  })
  @ApiOkResponse({ type: IngestionListDto, headers: AGE_HEADER })
  @ApiProblems({ codes: [...UPSTREAM_PROBLEMS, 'validation-failed'] })
  async listIngestions(
    @Query(QueryValidationPipe) query: IngestionListQueryDto,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IngestionListDto> {
    const { list, ageMs } = await this.listing.list(query, context);
    void reply.header('age', ageInSeconds(ageMs));
    return list;
  }
}
