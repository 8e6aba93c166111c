import { canonicalJson, stringAt, type JsonObject } from '../../platform/json';
import type { Actor, ActorStore } from '../../store/actors';
import type { Connection, ConnectionStore, ConnectionStream } from '../../store/connections';
import type { Connectors } from '../connectors';
import { renamingOf } from '../naming';
import { nameOf } from '../plan';
import { writeTargetOf, readsFile, schemasOf, serverOf, type WriteTarget, type Server } from './write-target';
import { isSameHost } from './server-address';

/** Options of {@link WriteConflicts}. */
export interface WriteConflictsOptions {
  readonly actors: ActorStore;
  readonly connections: ConnectionStore;
  readonly connectors: Connectors;
  readonly localRoot: string;
}

/** A stream with its write target. */
interface TargetedStream {
  readonly target: WriteTarget;
  readonly stream: ConnectionStream;
  readonly connection: Connection;
}

/** Finds connections that would overwrite their own source or the data of another connection. */
export class WriteConflicts {
  constructor(private readonly options: WriteConflictsOptions) {}

  /**
   * The conflict of a connection, or null.
   * @param changed the changed source or destination
   */
  async conflictOf(connection: Connection, changed?: Actor): Promise<string | null> {
    const source =
      changed?.kind === 'source' ? changed : this.options.actors.find('source', connection.sourceId);
    const own = this.targetsOf(connection, changed?.kind === 'destination' ? changed : undefined);
    if (source === null || own.length === 0) return null;
    for (const { target } of own) {
      if (await this.isReadBy(source, target))
        return `The source reads the write target of the destination: ${target.shown}. Choose another schema, folder, namespaceFormat or prefix.`;
    }
    return this.sharedTarget(connection, own, changed);
  }

  private async sharedTarget(
    connection: Connection,
    own: readonly TargetedStream[],
    changed: Actor | undefined,
  ): Promise<string | null> {
    const others = this.options.connections
      .active()
      .filter(({ id }) => id !== connection.id)
      .flatMap((other) => this.targetsOf(other, other.destinationId === changed?.id ? changed : undefined));
    const byName = new Map<string, TargetedStream[]>();
    for (const targeted of [...others, ...own]) {
      const key = canonicalJson([targeted.target.container, targeted.target.table]);
      const earlier = byName.get(key) ?? [];
      byName.set(key, earlier);
      for (const other of targeted.connection === connection ? earlier : []) {
        if (this.mayShare(targeted, other)) continue;
        if (await isSameServer(targeted.target.server, other.target.server))
          return sharedMessage(targeted, other, this.isForeign(targeted.connection, other.connection));
      }
      earlier.push(targeted);
    }
    return null;
  }

  /**
   * Several connections may write the same stream of the same source to one target, since the rows are equal. Streams of
   * several sources may be appended to one target, since appending replaces nothing.
   */
  private mayShare(one: TargetedStream, other: TargetedStream): boolean {
    if (one.connection === other.connection) return false;
    if (isAppended(one.stream) && isAppended(other.stream)) return true;
    return (
      canonicalJson(nameOf(one.stream)) === canonicalJson(nameOf(other.stream)) &&
      this.contentOf(one.connection.sourceId) === this.contentOf(other.connection.sourceId)
    );
  }

  /** Whether two connections are in different workspaces: users of one must not learn names of the other. */
  private isForeign(one: Connection, other: Connection): boolean {
    const workspaceOf = ({ sourceId }: Connection): string | undefined =>
      this.options.actors.find('source', sourceId)?.workspaceId;
    return workspaceOf(one) !== workspaceOf(other);
  }

  private contentOf(sourceId: string): string {
    const source = this.options.actors.find('source', sourceId);
    return source === null ? sourceId : canonicalJson([source.definitionId, source.configuration]);
  }

  private async isReadBy({ definitionId, configuration }: Actor, target: WriteTarget): Promise<boolean> {
    const type = this.options.connectors.builtInType(definitionId);
    if (type === 'file' && target.server === null)
      return readsFile(configuration, target.container, this.options.localRoot);
    if (type !== 'postgres' || target.server === null) return false;
    return (
      schemasOf(configuration).includes(target.container) &&
      (await isSameServer(serverOf(configuration), target.server))
    );
  }

  private targetsOf(connection: Connection, changed?: Actor): TargetedStream[] {
    const destination = changed ?? this.options.actors.find('destination', connection.destinationId);
    const type = destination === null ? null : this.options.connectors.builtInType(destination.definitionId);
    if (destination === null || type === null) return [];
    const rename = renamingOf(connection.settings);
    return connection.streams.flatMap((stream) => {
      const target = writeTargetOf(
        type,
        destination.configuration,
        rename(nameOf(stream)),
        this.options.localRoot,
      );
      return target === null ? [] : [{ target, stream, connection }];
    });
  }
}

function isAppended({ syncMode }: ConnectionStream): boolean {
  return syncMode === 'full_refresh_append' || syncMode === 'incremental_append';
}

function sharedMessage(
  { target, connection }: TargetedStream,
  other: TargetedStream,
  isForeign: boolean,
): string {
  const writers =
    other.connection === connection
      ? `Two streams, ${other.stream.name} among them,`
      : isForeign
        ? 'A connection of another workspace and this one'
        : `The connection ${JSON.stringify(other.connection.name)} (${other.connection.id}) and this one`;
  return `${writers} would both write to ${target.shown}. Set another prefix, namespaceFormat or destination.`;
}

async function isSameServer(one: Server | null, other: Server | null): Promise<boolean> {
  if (one === null || other === null) return one === other;
  if (one.port !== other.port || one.database !== other.database) return false;
  return isSameHost(one.host, other.host);
}

/** Whether a change affects the write targets of a connection. */
export function changesWriteTarget(before: Connection, after: Connection): boolean {
  return writeSettingsOf(before) !== writeSettingsOf(after);
}

function writeSettingsOf({ settings, streams, destinationId, sourceId }: Connection): string {
  const names: JsonObject = {
    prefix: stringAt(settings, 'prefix'),
    definition: stringAt(settings, 'namespaceDefinition'),
    format: stringAt(settings, 'namespaceFormat'),
  };
  return canonicalJson([names, sourceId, destinationId, streams]);
}
