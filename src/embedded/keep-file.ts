import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Puts a file in the place of another in one step that survives a loss of power: it is there whole, or as it was. */
export function keepFile(path: string, content: string, mode: number): void {
  const fresh = `${path}.new`;
  const fd = openSync(fresh, 'w', mode);
  writeSync(fd, content);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(fresh, path);
  syncFolder(dirname(path));
}

/** A rename is durable once its folder is; Windows cannot open folders and does without. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  closeSync(fd);
}
