import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { RunDto } from './run.dto';
import { RunFailureDto } from './run-failure.dto';

@ApiSchema({ name: 'ListedRun', description: 'A run with the reason of its failure.' })
export class ListedRunDto extends RunDto {
  /**
   * Reason of the failure; null if the run did not fail, if Airbyte reports no reason, or if the capability `failureReasons` is off
   * (`GET /capabilities`). In an `incomplete` run, the reason of the newest attempt that failed.
   */
  @ApiProperty({ type: () => RunFailureDto, nullable: true })
  failure: RunFailureDto | null;
}
