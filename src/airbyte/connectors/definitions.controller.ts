import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequiresScope } from '../../http/access-decorators';
import { Context, type RequestContext } from '../../http/request-context';
import { ApiProblems, UPSTREAM_PROBLEMS } from '../../api/openapi/api-problems';
import { QueryValidationPipe } from '../../api/validation/query.pipe';
import { DefinitionsService } from './definitions.service';
import { ConnectorDefinitionListDto, DefinitionsQueryDto } from './dto/connector-definition.dto';

@ApiTags('connectors')
@Controller('connector-definitions')
export class DefinitionsController {
  constructor(private readonly definitions: DefinitionsService) {}

  @Get()
  @RequiresScope('connector:read')
  @ApiOperation({
    operationId: 'listConnectorDefinitions',
    summary: 'List the connectors',
    description:
      'Lists the connectors that sources and destinations can use, with the JSON schemas of their configurations. The list ' +
      'is read at most once a minute.',
  })
  @ApiOkResponse({ type: ConnectorDefinitionListDto })
  @ApiProblems({ codes: [...UPSTREAM_PROBLEMS, 'validation-failed', 'capability-off'] })
  listConnectorDefinitions(
    @Query(QueryValidationPipe) query: DefinitionsQueryDto,
    @Context() context: RequestContext,
  ): Promise<ConnectorDefinitionListDto> {
    return this.definitions.list(query, context);
  }
}
