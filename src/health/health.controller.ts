import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiSchema, ApiTags } from '@nestjs/swagger';
import { Open } from '../http/access-decorators';
import { ApiProblems } from '../api/openapi/api-problems';
import { HealthService } from './health.service';

@ApiSchema({ name: 'ProbeReport', description: 'How the gateway does.' })
export class HealthDto {
  @ApiProperty({
    description: 'Always `ok`: what is not ok is answered as a problem.',
    enum: ['ok'],
    enumName: 'ProbeWord',
    example: 'ok',
  })
  status: 'ok';

  @ApiProperty({
    description: 'What does not work although requests can be served; absent where everything does.',
    type: [String],
    maxItems: 100,
    required: false,
    example: ['Redis cannot be used (ECONNREFUSED): …'],
  })
  warnings?: string[];
}

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @Open()
  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Say whether the process is alive',
    description: 'Never depends on Airbyte: restarting the gateway does not mend Airbyte.',
  })
  @ApiOkResponse({ type: HealthDto })
  @ApiProblems({ isOpen: true })
  getLiveness(): HealthDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @Open()
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Say whether requests can be served',
    description: 'Asks Airbyte for its health, at most once a second.',
  })
  @ApiOkResponse({ type: HealthDto })
  @ApiProblems({ isOpen: true, codes: ['not-ready'] })
  async getReadiness(): Promise<HealthDto> {
    const warnings = await this.health.requireReady();
    return { status: 'ok', ...(warnings.length > 0 && { warnings }) };
  }
}
