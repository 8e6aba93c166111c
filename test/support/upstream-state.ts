import { randomUUID } from 'node:crypto';
import { JobHistory, type JobMembers, type JobRow } from './upstream-jobs';

export interface ConnectionRow {
  connectionId: string;
  name: string;
  sourceId: string;
  destinationId: string;
  workspaceId: string;
  status: string;
  schedule: { scheduleType: string; cronExpression?: string; basicTiming?: string };
  configurations: { streams: unknown[] };
  /** Whole seconds since 1970. */
  createdAt: number;
  tags: TagRow[];
  prefix: string;
  namespaceDefinition: string;
  nonBreakingSchemaUpdatesBehavior: string;
}

export interface TagRow {
  tagId: string;
  workspaceId: string;
  name: string;
  color: string;
}

export interface ActorRow {
  id: string;
  name: string;
  type: string;
  workspaceId: string;
  definitionId?: string;
  configuration?: Readonly<Record<string, unknown>>;
  /** Whole seconds since 1970. */
  createdAt?: number;
}

/** A stream as `GET /streams` answers it; `streamnamespace` is spelt as Airbyte spells it. */
export interface StreamRow {
  streamName: string;
  streamnamespace?: string;
  syncModes?: string[];
  defaultCursorField?: string[];
  sourceDefinedCursorField?: boolean;
  sourceDefinedPrimaryKey?: string[][];
  propertyFields?: string[][];
}

export const WORKSPACE_ID = '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826';
export const SOURCE_ID = '95e66a59-8045-4307-9678-63bc3c9b8c93';
export const DESTINATION_ID = 'e478de0d-a3a0-475c-b019-25f7dd29e281';

/** State of the scripted Airbyte. Tests read and change it freely. */
export class UpstreamState {
  readonly workspaces = new Map([[WORKSPACE_ID, 'Default Workspace']]);
  readonly sources = new Map<string, ActorRow>();
  readonly destinations = new Map<string, ActorRow>();
  readonly connections = new Map<string, ConnectionRow>();
  /** Null: an Airbyte before 1.5, which has no tags. */
  tags: TagRow[] | null = [];
  readonly history = new JobHistory(() => this.now().getTime());
  readonly tokens = new Set<string>();
  /** Streams of every source. Null: any stream that a creation names. */
  streams: StreamRow[] | null = null;
  /** Time by which the clock of this Airbyte is ahead. It shows in `Date` headers and `createdAt`. */
  clockAheadMs = 0;
  /** True: an old Airbyte, which lists jobs as if `updatedAtStart` and `updatedAtEnd` were not there. */
  ignoresUpdateTimes = false;
  /** Types that `GET /jobs` without `jobType` lists; null: all. Before February 2026 sync and reset. */
  defaultJobTypes: readonly string[] | null = null;
  /** Time by which the clock of a proxy in front is ahead of Airbyte's. The proxy writes `Date`. */
  proxyAheadMs = 0;

  constructor() {
    this.addSource(SOURCE_ID);
    this.addDestination(DESTINATION_ID);
  }

  /** The time of the machine, in epoch milliseconds. A test may set another clock. */
  machineMs: () => number = () => Date.now();

  /** The time of the HTTP server, which writes `Date` headers, in epoch milliseconds. */
  serverMs: () => number = () => this.machineMs();

  /** The time of this Airbyte. */
  now(): Date {
    return new Date(this.machineMs() + this.clockAheadMs);
  }

  /** Oldest first. Change a job's `status` as if Airbyte did: the time of the change is recorded. */
  get jobs(): readonly JobRow[] {
    return this.history.rows;
  }

  addSource(id: string, workspaceId = WORKSPACE_ID): void {
    this.sources.set(id, { id, name: 'Orders', type: 'file', workspaceId });
  }

  addDestination(id: string, workspaceId = WORKSPACE_ID): void {
    this.destinations.set(id, { id, name: 'Warehouse', type: 'local-json', workspaceId });
  }

  addConnection(row: Partial<ConnectionRow> = {}): ConnectionRow {
    const connection: ConnectionRow = {
      connectionId: randomUUID(),
      name: 'Orders to warehouse',
      sourceId: SOURCE_ID,
      destinationId: DESTINATION_ID,
      workspaceId: WORKSPACE_ID,
      status: 'active',
      schedule: { scheduleType: 'manual' },
      configurations: { streams: [{ name: 'orders', syncMode: 'full_refresh_overwrite' }] },
      createdAt: Math.floor(this.now().getTime() / 1000),
      tags: [],
      prefix: '',
      namespaceDefinition: 'destination',
      nonBreakingSchemaUpdatesBehavior: 'ignore',
      ...row,
    };
    this.connections.set(connection.connectionId, connection);
    return connection;
  }

  /** Appends a job; ids ascend, and `startTime` is now unless given. */
  addJob(members: Partial<JobMembers> & { connectionId: string }): JobRow {
    return this.history.add(members);
  }

  /** As after a new installation: nothing is left, and the ids of jobs begin at 1 again. */
  reinstall(): void {
    this.connections.clear();
    this.history.clear();
  }
}
