import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { hasCode } from './system-error';

/** A path that leaves the sandbox, or does not begin with `/local/`. */
export class LocalPathError extends Error {
  override readonly name = 'LocalPathError';
}

/**
 * Where an Airbyte path `/local/…` lies on this machine. Airbyte demands that prefix of its local connectors;
 * here it is also the sandbox.
 * @param root the folder that `/local` stands for
 * @throws LocalPathError for other prefixes, `..`, and links that lead out of the folder or to nothing
 */
export function resolveLocalPath(root: string, path: string): string {
  const inside = posix.normalize(path);
  if (inside !== '/local' && !inside.startsWith('/local/')) {
    throw new LocalPathError(`The path ${JSON.stringify(path)} must begin with /local/ and stay inside it.`);
  }
  if (path.includes('\0') || path.split(/[\\/]/).includes('..')) {
    throw new LocalPathError(`The path ${JSON.stringify(path)} must not contain "..".`);
  }
  const target = join(root, inside.slice('/local'.length));
  if (!isWithin(realpathSync(root), realPathOfExisting(target))) {
    throw new LocalPathError(
      `The path ${JSON.stringify(path)} leads out of /local/, or to nothing, through a link.`,
    );
  }
  return target;
}

/** Resolves the links of an existing path; a path that does not exist yet is judged by its nearest existing parent. */
function realPathOfExisting(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    // A file that is opened through a link to nothing would be created where the link leads.
    if (isLink(path)) return '';
    return realPathOfExisting(dirname(path));
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

/** Whether a real path lies in a folder. */
export function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}
