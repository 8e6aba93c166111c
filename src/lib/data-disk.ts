import { statfs } from 'node:fs/promises';

/** Space of the disk of a directory in bytes. */
export interface DiskSpace {
  readonly freeBytes: number;
  readonly sizeBytes: number;
}

/** @returns null if the disk cannot be read */
export async function dataDisk(directory: string): Promise<DiskSpace | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(directory);
    return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
  } catch {
    // The directory was removed, or the disk does not answer: the space is unknown.
    return null;
  }
}
