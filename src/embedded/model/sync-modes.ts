import type { DiscoveredStream, ReadMode, WriteMode } from '../protocol/messages';

/** Sync modes, by the names of Airbyte's public API. */
export const SYNC_MODES = [
  'full_refresh_overwrite',
  'full_refresh_append',
  'incremental_append',
  'incremental_deduped_history',
] as const;
type PublicSyncMode = (typeof SYNC_MODES)[number];

/** A sync mode of a stream in a job. Only a refresh overwrites incrementally: it reads from the beginning, up to a new state. */
export type SyncMode = PublicSyncMode | 'incremental_overwrite';

/** The mode of the source and the mode of the destination that each public sync mode combines. */
export const MODE_PARTS: Readonly<Record<SyncMode, { read: ReadMode; write: WriteMode }>> = {
  full_refresh_overwrite: { read: 'full_refresh', write: 'overwrite' },
  full_refresh_append: { read: 'full_refresh', write: 'append' },
  incremental_overwrite: { read: 'incremental', write: 'overwrite' },
  incremental_append: { read: 'incremental', write: 'append' },
  incremental_deduped_history: { read: 'incremental', write: 'append_dedup' },
};

/** The sync modes that a stream allows between its source and a destination. */
export function modesOf(stream: DiscoveredStream, writes: readonly WriteMode[]): PublicSyncMode[] {
  return SYNC_MODES.filter((mode) => {
    const { read, write } = MODE_PARTS[mode];
    return stream.syncModes.includes(read) && writes.includes(write);
  });
}
