import type { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteConnection } from '../client/model/airbyte-types';
import type { RunFacts } from '../core/status-facts';
import type { IngestionDetails } from './details';

/** Connection and runs of one ingestion. */
export interface ObservedIngestion extends RunFacts, IngestionDetails {
  readonly connection: AirbyteConnection;
  /** Time of the read of its oldest fact, by the local clock. */
  readonly observedAt: Date;
  /** Age of its oldest fact. */
  readonly ageMs: number;
  /** Number of the read of its oldest fact, among all reads and changes of this replica. */
  readonly readNumber: number;
  /** Error of the newest read, if the facts are older than promised; otherwise null. */
  readonly failure: AirbyteError | null;
}
