import type { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteConnection } from '../client/model/airbyte-types';
import type { RunFailureDto } from '../core/dto/run-failure.dto';
import type { RunFacts } from '../core/status-facts';

/** Connection and runs of one ingestion. */
export interface ObservedIngestion extends RunFacts {
  readonly connection: AirbyteConnection;
  /** Reason of the newest failed sync since the newest success; null if there is no such sync or its reason is not known. */
  readonly runFailure: RunFailureDto | null;
  /** Time of the read of its oldest fact, by the local clock. */
  readonly observedAt: Date;
  /** Age of its oldest fact. */
  readonly ageMs: number;
  /** Number of the read of its oldest fact, among all reads and changes of this replica. */
  readonly readNumber: number;
  /** Error of the newest read, if the facts are older than promised; otherwise null. */
  readonly failure: AirbyteError | null;
}
