import type { AirbyteConnection } from '../client/model/airbyte-types';

/** A stream as an ingestion writes it. */
export interface WrittenStream {
  readonly name: string;
  readonly namespace: string | null;
  /** Null: Airbyte's default, which overwrites. */
  readonly syncMode: string | null;
  /** Field of the request. */
  readonly field: string;
}

/** A new or changed ingestion, as far as the tables that it writes are known. */
export interface TableWriter extends Pick<
  AirbyteConnection,
  'sourceId' | 'destinationId' | 'prefix' | 'namespaceDefinition' | 'namespaceFormat'
> {
  /** Null: it does not exist yet. */
  readonly connectionId: string | null;
  readonly streams: readonly WrittenStream[];
}

/** A table that two ingestions, or two streams of one, write. */
export interface TableClash {
  readonly field: string;
  readonly table: string;
  /** The other ingestion; null if it is the same. */
  readonly connectionId: string | null;
  /**
   * `replaces`: a sync of one removes rows of the other. `repeats`: both append the same rows. `mixes`: both append rows of
   * different streams. `equal`: both write the same stream, so the rows are the same.
   */
  readonly effect: 'replaces' | 'repeats' | 'mixes' | 'equal';
}

/** Maximum number of clashes that are listed of each effect, so that many harmless ones do not hide one that removes rows. */
export const MAX_CLASHES_PER_EFFECT = 20;
const APPENDING = ['full_refresh_append', 'incremental_append'];

/**
 * The tables that an ingestion would share with others of its destination, at most {@link MAX_CLASHES_PER_EFFECT} of each effect.
 * Names are compared exactly: a destination may treat more names as equal. It can be interrupted after each ingestion.
 */
export function* tableClashes(
  own: TableWriter,
  others: Iterable<AirbyteConnection>,
): Generator<void, TableClash[]> {
  const listed: Record<TableClash['effect'], TableClash[]> = {
    replaces: [],
    equal: [],
    repeats: [],
    mixes: [],
  };
  const add = (clash: TableClash): void => {
    const alike = listed[clash.effect];
    if (alike.length < MAX_CLASHES_PER_EFFECT) alike.push(clash);
  };
  for (const clash of ownClashes(own)) add(clash);
  const tables = new Map<string, WrittenStream>();
  for (const stream of own.streams) tables.set(tableKey(own, stream), stream);
  for (const other of others) {
    const { connectionId } = other;
    if (other.destinationId !== own.destinationId || connectionId === own.connectionId) continue;
    for (const stream of other.streams) {
      const mine = tables.get(tableKey(other, stream));
      if (mine === undefined) continue;
      const effect = effectOf(mine, stream, other.sourceId === own.sourceId && isSame(mine, stream));
      add({ field: mine.field, table: tableName(other, stream), connectionId, effect });
    }
    yield;
  }
  return Object.values(listed).flat();
}

/** Streams of one name in several namespaces, whose namespaces the destination does not keep. */
function ownClashes(own: TableWriter): TableClash[] {
  const seen = new Map<string, WrittenStream>();
  return own.streams.flatMap((stream): TableClash[] => {
    const key = tableKey(own, stream);
    const earlier = seen.get(key);
    seen.set(key, stream);
    if (!earlier || earlier.namespace === null || stream.namespace === null || isSame(earlier, stream))
      return [];
    const effect = effectOf(earlier, stream, false);
    return [{ field: stream.field, table: tableName(own, stream), connectionId: null, effect }];
  });
}

function effectOf(
  one: Pick<WrittenStream, 'syncMode'>,
  other: Pick<WrittenStream, 'syncMode'>,
  isSameStream: boolean,
): TableClash['effect'] {
  const bothAppend = [one, other].every(({ syncMode }) => APPENDING.includes(syncMode ?? ''));
  if (bothAppend) return isSameStream ? 'repeats' : 'mixes';
  return isSameStream ? 'equal' : 'replaces';
}

type Named = Pick<AirbyteConnection['streams'][number], 'name' | 'namespace' | 'carried'>;
type Naming = Pick<AirbyteConnection, 'prefix' | 'namespaceDefinition' | 'namespaceFormat'>;

/** A namespace that is not given is the one that the source has. */
function isSame(one: Named, other: Named): boolean {
  const isAnyNamespace = one.namespace === null || other.namespace === null;
  return one.name === other.name && (isAnyNamespace || one.namespace === other.namespace);
}

function tableKey(naming: Naming, stream: Named): string {
  return JSON.stringify([namespaceAt(naming, stream), nameAt(naming, stream)]);
}

/** For messages. */
function tableName(naming: Naming, stream: Named): string {
  const namespace = namespaceAt(naming, stream);
  return namespace === '' ? nameAt(naming, stream) : `${namespace}.${nameAt(naming, stream)}`;
}

function nameAt({ prefix }: Naming, { name, carried }: Named): string {
  const renamed = carried?.destinationObjectName;
  return `${prefix ?? ''}${typeof renamed === 'string' && renamed !== '' ? renamed : name}`;
}

/** The schema of a table as Airbyte derives it; empty for the default of the destination. */
function namespaceAt({ namespaceDefinition, namespaceFormat }: Naming, { namespace }: Named): string {
  if (namespaceDefinition === 'source') return namespace ?? '';
  if (namespaceDefinition !== 'custom_format') return '';
  return (namespaceFormat ?? '').replaceAll('${SOURCE_NAMESPACE}', () => namespace ?? '');
}
