import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, realpathSync, statSync, type BigIntStats } from 'node:fs';
import { join, sep } from 'node:path';
import { configError, ConnectorError } from '../../protocol/connector';
import { hasCode } from '../../platform/system-error';
import { localPathOf } from '../../protocol/local-root';
import type { FileConfig } from './config';
import { firstParts, isPattern, partsAfter, partsOf, type PatternPart } from './glob';
import {
  identityOf,
  isSameState,
  leadsOut,
  notRegular,
  openLocalFile,
  unreadable,
  type FileIdentity,
  type LocalFile,
} from './local-file';

/** A file to read, and its state when it was found. */
export interface FoundFile {
  /** The path from `/local/` on. */
  readonly name: string;
  readonly identity: FileIdentity;
}

/** More names indicate a mistake in the pattern, or links that lead to each other. */
const MAX_NAMES = 1_000_000;

/**
 * The file at a path below `/local/`, or all files that match a pattern, sorted by name. Patterns are those of a shell:
 * `*`, `?`, `[...]`, and `**` for folders of any depth. Hidden names are omitted, links are followed.
 * @throws ConnectorError config_error if no file is found, or a matching one cannot be read
 */
export function findFiles(url: string): readonly FoundFile[] {
  if (!isPattern(url)) return [exactly(url.replace(/\\(.)/g, '$1'))];
  const found = new Walk(url).files();
  const literal = lstatOf(url);
  if (found.length === 0 && literal === null) throw configError(`No file is found at ${url}.`);
  // As in a shell, a pattern without a match is a name.
  if (found.length === 0) return [exactly(url)];
  if (literal !== null && !found.some(({ name }) => name === url))
    throw configError(
      `${url} is the name of a file and also a pattern that matches other files: put a backslash before [ to select the file.`,
    );
  return found;
}

/** Changes if a file is added, removed or written, or if the reader options change. */
export function fingerprintOf(files: readonly FoundFile[], { format, options }: FileConfig): string {
  const hash = createHash('sha256');
  hash.update(
    `${format}\n${JSON.stringify(options, (key, value: unknown) => (key === 'given' ? undefined : value instanceof Set ? [...value] : value))}\n`,
  );
  for (const { name, identity } of files)
    hash.update(`${name}\n${Object.values(identity).map(String).join(' ')}\n`);
  return hash.digest('hex').slice(0, 32);
}

/**
 * Opens a file from {@link findFiles}.
 * @throws ConnectorError transient_error if the file was replaced or written since it was found
 */
export function openFound({ name, identity }: FoundFile): LocalFile {
  const file = openLocalFile(name);
  if (isSameState(file.identity, identity)) return file;
  file.close();
  throw new ConnectorError('transient_error', `${name} was changed while it was read.`);
}

function exactly(name: string): FoundFile {
  const file = openLocalFile(name);
  file.close();
  return { name, identity: file.identity };
}

/** The entry at a path without following a link, or null if it does not exist or the path is invalid. */
function lstatOf(name: string): BigIntStats | null {
  try {
    return lstatSync(localPathOf(name), { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (hasCode(error, 'ENOTDIR', 'EACCES', 'ENAMETOOLONG', 'ELOOP')) return null;
    throw error;
  }
}

/** A folder to visit, and the parts of the pattern that may match its entries. */
interface Folder {
  readonly name: string;
  readonly path: string;
  readonly parts: readonly number[];
}

/** Matches a pattern against the folders. It visits each name at most once for each part of the pattern. */
class Walk {
  private readonly parts: readonly PatternPart[];
  private readonly root: string;
  private readonly found: FoundFile[] = [];
  private readonly folders: Folder[] = [];
  private readonly linked: Folder[] = [];
  private readonly listed = new Set<string>();
  private names = 0;

  constructor(private readonly pattern: string) {
    const isInside = pattern.startsWith('/local/') && !pattern.split(/[\\/]/).includes('..');
    if (!isInside)
      throw configError(
        `The path ${JSON.stringify(pattern)} must begin with /local/ and must not contain "..".`,
      );
    this.parts = partsOf(pattern).slice(1);
    this.root = realpathSync(localPathOf('/local'));
  }

  files(): readonly FoundFile[] {
    const stats = statSync(this.root, { bigint: true });
    this.enter({ name: '/local', path: this.root, parts: firstParts(this.parts) }, stats, this.folders);
    for (;;) {
      // Real folders come before links to them, so a folder that is listed once has its own name.
      const folder = this.folders.pop() ?? this.linked.shift();
      if (folder === undefined) break;
      for (const name of this.namesIn(folder)) this.visit(folder, name);
    }
    return this.found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  /** Below `**`, each folder is listed once, because links may form a circle. */
  private enter(folder: Folder, stats: BigIntStats, waiting: Folder[]): void {
    if (folder.parts.some((part) => this.parts[part]?.kind === 'any-depth')) {
      const key = `${stats.dev}:${stats.ino}:${folder.parts.join(',')}`;
      if (this.listed.has(key)) return;
      this.listed.add(key);
    }
    waiting.push(folder);
  }

  /** The names to match in a folder. The folder is listed only if the pattern has a wildcard there. */
  private namesIn({ name, path, parts }: Folder): readonly string[] {
    const wanted = parts.flatMap((part) => this.parts[part] ?? []);
    if (wanted.every(({ kind }) => kind === 'name')) return [...new Set(wanted.map((part) => part.name))];
    try {
      return readdirSync(path);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return [];
      throw unreadable(name, error);
    }
  }

  private visit(folder: Folder, name: string): void {
    if (++this.names > MAX_NAMES)
      throw configError(
        `The pattern ${this.pattern} has to be compared with more than a million names: use a narrower pattern.`,
      );
    const last = this.parts.length - 1;
    const matching = folder.parts.filter((part) => this.parts[part]?.matches(name) === true);
    if (matching.length === 0) return;
    const asFile = matching.filter((part) => part === last);
    const inside = partsAfter(this.parts, matching).filter((part) => part <= last);
    const target = this.resolve(folder, name);
    if (target === null) return;
    if (!target.stats.isDirectory()) {
      if (asFile.length > 0) this.take(target);
      return;
    }
    if (asFile.some((part) => this.parts[part]?.isAny === false))
      throw configError(
        `${target.name} is a folder that the pattern ${this.pattern} matches: use another pattern to read the files in it.`,
      );
    if (inside.length === 0) return;
    if (target.isOutside) throw leadsOut(target.name);
    const { path, stats, isLink } = target;
    this.enter({ name: target.name, path, parts: inside }, stats, isLink ? this.linked : this.folders);
  }

  private take({ name, stats, isOutside }: Target): void {
    if (isOutside) throw leadsOut(name);
    if (!stats.isFile()) throw notRegular(name, stats);
    this.found.push({ name, identity: identityOf(stats) });
  }

  /** The target of a name through all links, or null if it was removed since it was listed. */
  private resolve(folder: Folder, entry: string): Target | null {
    const [name, path] = [`${folder.name}/${entry}`, join(folder.path, entry)];
    try {
      const link = lstatSync(path, { bigint: true, throwIfNoEntry: false });
      if (link === undefined) {
        if (entry.includes('\ufffd')) throw configError(`The name of ${name} is not UTF-8: rename it.`);
        return null;
      }
      if (!link.isSymbolicLink()) return { name, path, stats: link, isLink: false, isOutside: false };
      const place = realpathSync(path);
      const isOutside = place !== this.root && !place.startsWith(this.root + sep);
      return { name, path: place, stats: statSync(place, { bigint: true }), isLink: true, isOutside };
    } catch (error) {
      if (error instanceof ConnectorError) throw error;
      if (hasCode(error, 'ENOENT', 'ENOTDIR'))
        throw configError(`${name} is a link to a file that does not exist.`);
      throw unreadable(name, error);
    }
  }
}

interface Target {
  readonly name: string;
  readonly path: string;
  readonly stats: BigIntStats;
  readonly isLink: boolean;
  readonly isOutside: boolean;
}
