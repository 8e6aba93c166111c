import type { StreamName } from '../protocol/stream-name';
import type { Connection } from '../store/connections';
import type { DestinationRowsStore } from '../store/destination-rows';
import type { Failure } from '../store/failure';
import { renamingOf } from './naming';
import { nameOf } from './plan';
import { isOverwritten } from './resume';

/** The reaction to an overwrite from a source without rows to a destination with rows: fail, or log a warning. */
export type EmptyOverwrite = 'refuse' | 'warn';

/** Limit of the message: a database that lost its permissions may affect thousands of streams. */
const MAX_NAMED = 5;

/** The failure for overwrites that would empty tables, or null. */
export function emptyOverwrite(
  connection: Connection,
  held: DestinationRowsStore,
  recordsOf: (stream: StreamName) => number,
): Failure | null {
  const rename = renamingOf(connection.settings);
  const emptied = connection.streams
    .filter(isOverwritten)
    .map(nameOf)
    .map((stream) => ({ stream, rows: held.of(connection.id, rename(stream)) }))
    .filter(({ stream, rows }) => rows > 0 && recordsOf(stream) === 0);
  if (emptied.length === 0) return null;
  const named = emptied
    .slice(0, MAX_NAMED)
    .map(({ stream, rows }) => `${fullName(stream)} (${rows} ${rows === 1 ? 'row' : 'rows'})`);
  const more = emptied.length > MAX_NAMED ? ` and ${emptied.length - MAX_NAMED} more` : '';
  return {
    type: 'config_error',
    origin: 'source',
    message:
      `The source has no rows now, and the overwrite would empty at the destination: ${named.join(', ')}${more}. ` +
      'The old rows are kept. Check the source and its permissions. If it is meant to be empty, set EMPTY_OVERWRITE=warn.',
  };
}

function fullName({ name, namespace }: StreamName): string {
  return namespace === '' ? name : `${namespace}.${name}`;
}
