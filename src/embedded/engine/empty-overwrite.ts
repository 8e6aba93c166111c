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

/** The streams with rows at the destination that an overwrite without rows would empty, as text; null if there is none. */
export function emptiedStreams(
  connection: Connection,
  held: DestinationRowsStore,
  recordsOf: (stream: StreamName) => number,
): string | null {
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
  return `${named.join(', ')}${more}`;
}

/** The failure of an attempt that would empty these streams. */
export function emptyOverwriteFailure(streams: string): Failure {
  return {
    type: 'config_error',
    origin: 'source',
    message:
      `The source has no rows now, and the overwrite would empty at the destination: ${streams}. ` +
      'The old rows are kept. Check the source and its permissions. If it is meant to be empty, set EMPTY_OVERWRITE=warn.',
  };
}

export function emptyOverwriteWarning(streams: string): string {
  return (
    `The source has no rows now, and the overwrite empties at the destination: ${streams}. ` +
    'Check the source and its permissions. EMPTY_OVERWRITE=refuse keeps the old rows.'
  );
}

function fullName({ name, namespace }: StreamName): string {
  return namespace === '' ? name : `${namespace}.${name}`;
}
