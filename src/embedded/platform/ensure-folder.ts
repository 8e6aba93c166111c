import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Creates a folder and its parents. Node's own recursive `mkdirSync` never returns where the file system refuses new
 * folders with ENOENT, as /proc does.
 *
 * @throws the system's error for the first folder that cannot be created
 */
export function ensureFolder(path: string, mode: number): void {
  if (!existsSync(dirname(path))) ensureFolder(dirname(path), mode);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) mkdirSync(path, { mode });
}
