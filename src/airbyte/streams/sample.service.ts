import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import type { RequestContext } from '../../http/request-context';
import { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import { capabilityProblem } from '../core/capability-problem';
import { airbyteProblem, withProblems } from '../core/upstream-problem';
import { ConnectorEndpoints } from '../internal/connector-endpoints';
import { CapabilityOffError } from '../internal/internal-caller';
import type { SampledField } from '../internal/sample-parser';
import type { SampleFieldDto, StreamSampleDto } from './dto/stream-sample.dto';
import { sourceUnreachable, streamNotFound } from './source-problems';
import { StreamsService } from './streams.service';

/** Reads the first rows of streams. */
@Injectable()
export class SampleService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly streams: StreamsService,
    private readonly endpoints: ConnectorEndpoints,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws ProblemException `source-unreachable` if the connector fails, `capability-off` in front of a real Airbyte */
  async sample(
    sourceId: string,
    stream: { readonly name: string; readonly namespace: string | null },
    request: RequestContext,
  ): Promise<StreamSampleDto> {
    await withProblems(() => this.streams.requireActors(sourceId, null, request));
    try {
      const bounded = this.client.withDeadline(request, 'discover');
      const found = await this.endpoints.sample(sourceId, stream, bounded);
      return {
        sourceId,
        ...stream,
        sampledAt: this.clock.now().toISOString(),
        fields: found.fields.map(toField),
        rows: [...found.rows],
        cut: found.cut.map(({ row, field }) => ({ row, field })),
        leftOutFields: found.leftOutFields,
        isComplete: found.isComplete,
      };
    } catch (error) {
      if (error instanceof CapabilityOffError)
        throw capabilityProblem({
          capability: error.capability,
          state: 'off',
          reason: `Only the embedded Airbyte reads samples. ${error.reason ?? ''}`.trim(),
        });
      if (!(error instanceof AirbyteError)) throw error;
      if (error.kind === 'failed') throw sourceUnreachable(error);
      if (error.kind === 'unprocessable') throw streamNotFound(error.upstreamMessage ?? '', sourceId);
      throw airbyteProblem(error);
    }
  }
}

function toField({ name, types, format }: SampledField): SampleFieldDto {
  const own = types.filter((type) => type !== 'null');
  return {
    name,
    type: own.length === 0 ? null : own.join(' or '),
    isNullable: own.length === 0 || own.length < types.length,
    format,
  };
}
