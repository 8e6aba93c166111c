import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../api/openapi/api-problems';
import { ProblemException } from '../api/problem/problem.exception';
import { isLoopback } from '../config/credentials';
import { requiresAuthentication, SETTINGS, type Settings } from '../config/settings-types';
import { RequiresScope } from '../http/access-decorators';
import { MEDIA_TYPES, METRICS_EXAMPLE, OPEN_METRICS_EXAMPLE } from './metrics-examples';
import { MetricsPages } from './metrics-page';
import { sendMetrics } from './send-metrics';

/** Metrics on the main port, for callers with the scope `metrics:read`. */
@ApiTags('operator')
@Controller('metrics')
export class MetricsController {
  private readonly elsewhere: string | null;

  constructor(
    private readonly pages: MetricsPages,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.elsewhere = whereElse(settings);
  }

  @Get()
  @RequiresScope('metrics:read')
  @ApiOperation({
    operationId: 'getGatewayMetrics',
    summary: 'Get metrics of the ingestions and of the gateway',
    description:
      'Returns the text format of Prometheus, or OpenMetrics if `Accept` prefers it. Nothing is sent to Airbyte for it. A caller of one ' +
      'workspace sees only its ingestions. With `METRICS_PORT`, and beyond loopback without callers, the metrics are not served here ' +
      'but answer 404. docs/operations.md lists the metrics.',
  })
  @ApiProduces(...MEDIA_TYPES)
  @ApiOkResponse({
    description: 'The metrics.',
    content: {
      [MEDIA_TYPES[0]]: {
        schema: { type: 'string' },
        examples: { prometheus: { summary: 'The text format of Prometheus', value: METRICS_EXAMPLE } },
      },
      [MEDIA_TYPES[1]]: {
        schema: { type: 'string' },
        examples: { openMetrics: { summary: 'OpenMetrics', value: OPEN_METRICS_EXAMPLE } },
      },
    },
  })
  @ApiProblems({ codes: ['route-not-found'] })
  async getGatewayMetrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (this.elsewhere !== null) throw new ProblemException('route-not-found', this.elsewhere);
    await sendMetrics(this.pages, request, reply);
  }
}

/** Beyond loopback, the names of ingestions are never shown to everybody on the main port. */
function whereElse(settings: Settings): string | null {
  if (settings.metrics.port !== null) return 'The metrics are served on METRICS_PORT.';
  if (requiresAuthentication(settings) || isLoopback(settings.host)) return null;
  return 'Without callers the metrics are served only on METRICS_PORT, which is not set.';
}
