import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { ConnectorError } from '../../protocol/connector';
import { localPathOf } from '../local-root';

/** The files that a path below `/local/` names, in the order in which they are read. */
export interface FileSet {
  readonly paths: readonly string[];
  /** Changes when a file is added, removed or written. */
  readonly fingerprint: string;
}

/**
 * Finds one file, or with `*`, `?` and `**` in the path all that match, in the order of their names.
 * @throws ConnectorError config_error when there is none
 */
export function findFiles(url: string): FileSet {
  const virtual = /[*?]/.test(url) ? expand(url) : [url];
  const paths = virtual.map(localPathOf).filter((path) => existsSync(path));
  if (paths.length === 0) throw new ConnectorError('config_error', `No file is found at ${url}.`);
  return { paths, fingerprint: fingerprintOf(paths) };
}

/** Changes when one of the files is written or removed. */
export function fingerprintOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    const found = statSync(path, { throwIfNoEntry: false });
    hash.update(`${path}\n${found?.size ?? 'none'}\n${found?.mtimeMs ?? 'none'}\n`);
  }
  return hash.digest('hex').slice(0, 32);
}

function expand(url: string): string[] {
  const segments = url.split('/');
  const fixed = segments
    .slice(
      0,
      segments.findIndex((segment) => /[*?]/.test(segment)),
    )
    .join('/');
  const pattern = toPattern(url);
  return filesBelow(fixed === '' ? '/' : fixed)
    .filter((path) => pattern.test(path))
    .sort();
}

/** Hidden files are left out, as in a shell. */
function filesBelow(folder: string): string[] {
  const real = localPathOf(folder);
  if (!existsSync(real)) return [];
  return readdirSync(real, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.')) return [];
    const path = posix.join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function toPattern(url: string): RegExp {
  const source = url.replace(/\*\*\/?|[*?]|[^*?]+/g, (part) => {
    if (part.startsWith('**')) return '(?:.*/)?';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`);
}
