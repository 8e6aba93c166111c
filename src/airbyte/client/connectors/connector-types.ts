import type { Members } from '../model/parse';

/** A source and a destination are configured connectors. Airbyte calls both actors. */
export type ActorKind = 'source' | 'destination';

/** A source or a destination with its configuration, in which Airbyte masks the secrets. */
export interface AirbyteActor {
  readonly id: string;
  readonly name: string;
  /** Type of the connector, such as `postgres`; null if Airbyte does not report it. */
  readonly type: string | null;
  readonly definitionId: string | null;
  readonly workspaceId: string;
  readonly configuration: Members;
  /** Null before Airbyte's release of December 2024. */
  readonly createdAt: Date | null;
}

/** A new source or destination. Airbyte needs `definitionId`, or the type in the configuration. */
export interface CreateActorInput {
  readonly name: string;
  readonly workspaceId: string;
  readonly definitionId?: string;
  readonly configuration: Members;
}

/** Absent fields stay unchanged. Objects of the configuration are merged, other values replaced. */
export interface PatchActorInput {
  readonly name?: string;
  readonly configuration?: Members;
}

/** A connector that can be configured. */
export interface AirbyteDefinition {
  readonly id: string;
  readonly name: string;
  /** Image without its tag, such as `airbyte/source-postgres`; empty if Airbyte does not report it. */
  readonly dockerRepository: string;
  readonly version: string | null;
  readonly documentationUrl: string | null;
}
