import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DEFAULT_SCHEMA, tableNameOf } from '../../connectors/destination-names';
import { fileNameOf, foldedName } from '../../connectors/destination-local-json/file-names';
import { numberAt, stringAt, stringsOf, type JsonObject } from '../../platform/json';
import { LocalPathError, resolveLocalPath } from '../../platform/local-path';
import { hasCode } from '../../platform/system-error';
import { namespaceOf, type StreamName } from '../../protocol/stream-name';

/** A database of a Postgres server. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** Where a destination keeps a stream. Two streams with equal places would be mixed. */
export interface WriteTarget {
  /** Null for files of this machine. */
  readonly server: Server | null;
  /** The file, or the schema of a table. */
  readonly container: string;
  /** The table; empty where the file holds the stream alone. */
  readonly table: string;
  /** How messages call it. */
  readonly shown: string;
}

/** Where the built-in destinations write a stream, under the destination's name for it. */
export function writeTargetOf(
  type: string,
  config: JsonObject,
  stream: StreamName,
  localRoot: string,
): WriteTarget | null {
  const joined = tableNameOf({ name: stream.name, namespace: namespaceOf(stream) });
  if (type === 'postgres') {
    const schema = namespaceOf(stream) ?? stringAt(config, 'schema') ?? DEFAULT_SCHEMA;
    return {
      server: serverOf(config),
      container: schema,
      table: stream.name,
      shown: `table ${schema}.${stream.name}`,
    };
  }
  const path = stringAt(config, 'destination_path') ?? '';
  const real = realPathOf(localRoot, path);
  if (real === null) return null;
  if (type === 'sqlite')
    return {
      server: null,
      container: real,
      table: joined.toLowerCase(),
      shown: `table ${joined} of ${path}`,
    };
  if (type !== 'local-json') return null;
  const file = fileNameOf(joined);
  return {
    server: null,
    // Some file systems have no case.
    container: join(real, foldedName(file)),
    table: '',
    shown: `file ${path}/${file}`,
  };
}

/** The database that a Postgres configuration names. */
export function serverOf(config: JsonObject): Server {
  return {
    host: stringAt(config, 'host') ?? '',
    port: numberAt(config, 'port') ?? 5432,
    database: stringAt(config, 'database') ?? '',
  };
}

/** The schemas that a Postgres source reads. */
export function schemasOf(config: JsonObject): string[] {
  const schemas = stringsOf(config['schemas']);
  return schemas.length === 0 ? ['public'] : schemas;
}

/** Whether a file source reads a file, by its path or its pattern. */
export function readsFile(config: JsonObject, file: string, localRoot: string): boolean {
  const url = (stringAt(config, 'url') ?? '').replace(/^file:\/\//, '');
  if (!/[*?[\]{}]/.test(url)) return realPathOf(localRoot, url)?.toLowerCase() === file.toLowerCase();
  const root = realPathOf(localRoot, '/local');
  if (root === null || !file.startsWith(root)) return false;
  return patternOf(url).test(`/local${file.slice(root.length)}`);
}

/** `**` is any number of folders, `*` and `?` stay within a name; what else may be a pattern matches anything. */
function patternOf(url: string): RegExp {
  const source = url.replace(/\*\*\/?|[*?]|\[[^\]]*\]|\{[^}]*\}|[^*?[{]+|./g, (part) => {
    if (part.startsWith('**')) return '(?:.*/)?[^/]*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (/^[[{]/.test(part)) return '.*';
    return part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'i');
}

/** Where a path below `/local` leads, through links, whether it is there yet or not; null when it leads out of it. */
function realPathOf(localRoot: string, path: string): string | null {
  try {
    return throughLinks(resolveLocalPath(localRoot, path));
  } catch (error) {
    if (error instanceof LocalPathError) return null;
    throw error;
  }
}

function throughLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    return join(throughLinks(dirname(path)), basename(path));
  }
}
