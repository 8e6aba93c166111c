import type { Vault } from '../secrets/vault';
import { ActorStore } from './actors';
import { AttemptLogStore } from './attempt-logs';
import { AttemptStreamStore } from './attempt-streams';
import { AttemptStore } from './attempts';
import { ConnectionStore } from './connections';
import type { Database } from './database';
import { DestinationRowsStore } from './destination-rows';
import { FiringStore } from './firings';
import { JobStore } from './jobs';
import { ReplacementStore } from './replacements';
import { StateStore } from './states';
import { TagStore } from './tags';
import { TimelineStore } from './timeline';
import { WorkspaceStore } from './workspaces';

/** Everything that is kept in the state database. */
export interface Stores {
  readonly actors: ActorStore;
  readonly connections: ConnectionStore;
  readonly workspaces: WorkspaceStore;
  readonly jobs: JobStore;
  readonly attempts: AttemptStore;
  readonly attemptStreams: AttemptStreamStore;
  readonly attemptLogs: AttemptLogStore;
  readonly states: StateStore;
  readonly firings: FiringStore;
  readonly destinationRows: DestinationRowsStore;
  readonly tags: TagStore;
  readonly timeline: TimelineStore;
  readonly replacements: ReplacementStore;
}

/** Creates the stores over an open database. */
export function createStores(db: Database, vault: Vault): Stores {
  return {
    actors: new ActorStore(db, vault),
    connections: new ConnectionStore(db),
    workspaces: new WorkspaceStore(db),
    jobs: new JobStore(db),
    attempts: new AttemptStore(db),
    attemptStreams: new AttemptStreamStore(db),
    attemptLogs: new AttemptLogStore(db),
    states: new StateStore(db),
    firings: new FiringStore(db),
    destinationRows: new DestinationRowsStore(db),
    tags: new TagStore(db),
    timeline: new TimelineStore(db),
    replacements: new ReplacementStore(db),
  };
}
