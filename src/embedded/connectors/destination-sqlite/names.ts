import { ConnectorError } from '../../protocol/connector';
import type { ConfiguredStream } from '../../protocol/messages';
import { tableNameOf } from '../destination-names';

/** The raw table of a stream, the one that is filled beside it, and the index of its key. */
export interface TableNames {
  readonly view: string;
  readonly table: string;
  readonly fresh: string;
  readonly keyIndex: string;
}

/**
 * The names of what belongs to a stream. The view of no other stream can have one of them.
 * @throws ConnectorError config_error for a name that SQLite keeps for itself, or this connector for its tables
 */
export function namesOf(stream: ConfiguredStream): TableNames {
  const view = tableNameOf(stream);
  const problem = /^sqlite_/i.test(view)
    ? 'SQLite keeps names that begin with sqlite_ for itself'
    : /^_airbyte_/i.test(view)
      ? 'names that begin with _airbyte_ are those of raw tables'
      : /\0|\p{Surrogate}/u.test(view)
        ? 'SQLite cannot store every character of the name'
        : null;
  if (problem !== null)
    throw new ConnectorError(
      'config_error',
      `Stream ${JSON.stringify(view)} cannot have a view of its name: ${problem}. Set another prefix for the streams.`,
    );
  return {
    view,
    table: `_airbyte_raw_${view}`,
    fresh: `_airbyte_new_${view}`,
    keyIndex: `_airbyte_key_${view}`,
  };
}

/** Every identifier is quoted: streams are often named as the keywords of SQL are. */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
