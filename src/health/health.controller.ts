import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiSchema, ApiTags } from '@nestjs/swagger';
import { Open } from '../http/access-decorators';
import {
  CAPABILITIES,
  type Capability,
  CAPABILITY_STATES,
  type CapabilityState,
} from '../airbyte/internal/capability';
import { ApiProblems } from '../api/openapi/api-problems';
import { HealthService } from './health.service';

@ApiSchema({ name: 'ProbeCapability', description: 'A feature that not every Airbyte installation has.' })
export class ProbeCapabilityDto {
  @ApiProperty({
    description: 'Name of the feature.',
    enum: CAPABILITIES,
    enumName: 'AirbyteCapabilityName',
    example: 'failureReasons',
  })
  name: Capability;

  @ApiProperty({
    description: 'State of the feature. `unknown`: not used yet.',
    enum: CAPABILITY_STATES,
    enumName: 'CapabilityState',
    example: 'on',
  })
  state: CapabilityState;
}

@ApiSchema({ name: 'ProbeReport', description: 'Result of a health check.' })
export class HealthDto {
  @ApiProperty({
    description: 'Always `ok`. Any other state is returned as a problem.',
    enum: ['ok'],
    enumName: 'ProbeWord',
    example: 'ok',
  })
  status: 'ok';

  @ApiProperty({
    description: 'Limitations that do not keep the gateway from serving requests. Absent if there are none.',
    type: [String],
    maxItems: 100,
    required: false,
    example: ['Redis cannot be used (ECONNREFUSED): …'],
  })
  warnings?: string[];

  @ApiProperty({
    description:
      'Features of the Airbyte installation; none of them affects readiness. Only in the readiness report. `GET /capabilities` has the reasons.',
    type: [ProbeCapabilityDto],
    maxItems: 100,
    required: false,
  })
  capabilities?: ProbeCapabilityDto[];
}

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @Open()
  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Check liveness',
    description: 'Does not depend on Airbyte, because a restart of the gateway does not repair Airbyte.',
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
    summary: 'Check readiness',
    description:
      'Checks the health of Airbyte at most once per second. While Airbyte is down, the gateway stays ready with a warning ' +
      'as long as it returns the last known state of ingestions (`STALE_IF_ERROR_S`), or always with `READY_WITHOUT_AIRBYTE=on`.',
  })
  @ApiOkResponse({ type: HealthDto })
  @ApiProblems({ isOpen: true, codes: ['not-ready'] })
  async getReadiness(): Promise<HealthDto> {
    const warnings = await this.health.requireReady();
    const capabilities = this.health.capabilities();
    return { status: 'ok', ...(warnings.length > 0 && { warnings }), capabilities };
  }
}
