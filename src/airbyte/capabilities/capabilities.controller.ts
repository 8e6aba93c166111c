import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ForEveryCaller } from '../../http/access-decorators';
import { Context, type RequestContext } from '../../http/request-context';
import { ApiProblems } from '../../api/openapi/api-problems';
import { CapabilitiesService } from './capabilities.service';
import { CapabilitiesDto } from './dto/capabilities.dto';

@ApiTags('ingestion')
@Controller('capabilities')
export class CapabilitiesController {
  constructor(private readonly capabilities: CapabilitiesService) {}

  @Get()
  @ForEveryCaller()
  @ApiOperation({
    operationId: 'getCapabilities',
    summary: 'Get the capabilities of this installation',
    description:
      'Lists the features that not every installation has, and whether they are on. Reads that were not used yet are ' +
      'tried with one ingestion of the caller. Also returns the name, the scopes and the workspace of the caller, and the ' +
      'time after which a firing without a run counts as missed.',
  })
  @ApiOkResponse({ type: CapabilitiesDto })
  @ApiProblems()
  getCapabilities(@Context() context: RequestContext): Promise<CapabilitiesDto> {
    return this.capabilities.report(context);
  }
}
