import { Controller, Get, Header, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiProblems } from '../api/openapi/api-problems';
import { RequiresScope } from '../http/access-decorators';
import { OPERATOR_EXAMPLE } from './operator-example';
import { OperatorService } from './operator.service';

/** The state of the gateway, for those who run it. */
@ApiTags('operator')
@Controller('operator')
export class OperatorController {
  constructor(private readonly operator: OperatorService) {}

  @Get()
  @RequiresScope('operator:read')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'getGatewayState',
    summary: 'Get the state of the gateway',
    description:
      'Returns the state of this replica from memory: Airbyte and its latency, queue, read model, Redis, disk, callers, and the newest ' +
      'problem of each code. A caller of one workspace sees no other callers. For people: members may be added, changed and removed ' +
      'with any version, so programs should use `GET /metrics`.',
  })
  @ApiOkResponse({
    description: 'The state.',
    content: {
      'application/json': {
        schema: { type: 'object', additionalProperties: true },
        examples: { state: { summary: 'After some requests', value: OPERATOR_EXAMPLE } },
      },
    },
  })
  @ApiProblems()
  getGatewayState(@Req() { caller }: FastifyRequest): Promise<object> {
    return this.operator.report(caller);
  }
}
