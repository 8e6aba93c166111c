import { configError } from '../../protocol/connector';
import type { ConfiguredStream } from '../../protocol/messages';
import { tableNameOf } from '../destination-names';

/** The names of a stream's view, raw table, replacement table and key index. */
export interface TableNames {
  readonly view: string;
  readonly table: string;
  readonly fresh: string;
  readonly keyIndex: string;
}

/**
 * The names of a stream's objects. They cannot conflict with the view of another stream.
 * @throws ConnectorError config_error for a name that SQLite or this connector reserves
 */
export function namesOf(stream: ConfiguredStream): TableNames {
  const view = tableNameOf(stream);
  const problem = /^sqlite_/i.test(view)
    ? 'SQLite reserves names that begin with sqlite_'
    : /^_airbyte_/i.test(view)
      ? 'names that begin with _airbyte_ are reserved for raw tables'
      : /\0|\p{Surrogate}/u.test(view)
        ? 'SQLite cannot store every character of the name'
        : null;
  if (problem !== null)
    throw configError(
      `Stream ${JSON.stringify(view)} cannot have a view of its name: ${problem}. Set another prefix for the streams.`,
    );
  return {
    view,
    table: `_airbyte_raw_${view}`,
    fresh: `_airbyte_new_${view}`,
    keyIndex: `_airbyte_key_${view}`,
  };
}

/** Quotes an identifier. Every identifier is quoted, because streams are often named like keywords of SQL. */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** SQLite ignores the case of ASCII letters in names. Names with the same result are equal. */
export function folded(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
