import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { hasCode } from './system-error';

/** The part of a long path that a message shows. */
const SHOWN_CHARACTERS = 100;

/** A path that does not begin with `/local/` or leads out of it. */
export class LocalPathError extends Error {
  override readonly name = 'LocalPathError';
}

/**
 * The file on this machine for an Airbyte path `/local/…`. Airbyte requires this prefix for local connectors. Here it is also
 * the sandbox.
 * @param root the folder that is mounted as `/local`
 * @throws LocalPathError for other prefixes, `..`, NUL, names that are too long, and symbolic links that leave the folder or are dangling
 */
export function resolveLocalPath(root: string, path: string): string {
  const inside = posix.normalize(path);
  if (inside !== '/local' && !inside.startsWith('/local/')) {
    const example = `/local/${posix.basename(inside) || 'people.csv'}`;
    throw new LocalPathError(
      `The path ${JSON.stringify(path)} must begin with /local/ and stay inside it. /local is the folder "local" of DATA_DIR. An example is ${JSON.stringify(example)}.`,
    );
  }
  if (path.includes('\0')) {
    throw new LocalPathError(`The path ${JSON.stringify(path)} must not contain the character NUL.`);
  }
  if (path.split(/[\\/]/).includes('..')) {
    throw new LocalPathError(`The path ${JSON.stringify(path)} must not contain "..".`);
  }
  const target = join(root, inside.slice('/local'.length));
  if (!isWithin(realpathSync(root), realPathOfExisting(target, path))) {
    throw new LocalPathError(
      `The path ${JSON.stringify(path)} leads out of /local/, or to nothing, through a link.`,
    );
  }
  return target;
}

/** Resolves symbolic links. For a path that does not exist, its nearest existing parent is resolved. */
function realPathOfExisting(path: string, shown: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (hasCode(error, 'ENAMETOOLONG')) {
      const start = JSON.stringify(shown.slice(0, SHOWN_CHARACTERS));
      throw new LocalPathError(`The path that begins with ${start} cannot be used: it is too long.`);
    }
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    // Opening a dangling link would create a file at its target.
    if (isLink(path)) return '';
    return realPathOfExisting(dirname(path), shown);
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

/** Whether a resolved path is inside a folder. */
export function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}
