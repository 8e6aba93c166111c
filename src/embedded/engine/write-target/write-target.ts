import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DEFAULT_PORT, DEFAULT_SCHEMA, tableNameOf } from '../../connectors/destination-names';
import { fileNameOf, foldedName } from '../../connectors/destination-local-json/file-names';
import { folded } from '../../connectors/destination-sqlite/names';
import { isPattern, matchesPath } from '../../connectors/source-file/glob';
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

/** The table or file that a destination writes a stream to. Streams with equal targets would be mixed. */
export interface WriteTarget {
  /** Null for files on this machine. */
  readonly server: Server | null;
  /** The file, or the schema of a table. */
  readonly container: string;
  /** The table; empty if the file contains only this stream. */
  readonly table: string;
  /** The name in messages. */
  readonly shown: string;
}

/** The write target of a stream at a built-in destination. */
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
      table: folded(joined),
      shown: `table ${joined} of ${path}`,
    };
  if (type !== 'local-json') return null;
  const file = fileNameOf(joined);
  return {
    server: null,
    // Some file systems are case-insensitive.
    container: join(real, foldedName(file)),
    table: '',
    shown: `file ${path}/${file}`,
  };
}

/** The database that a Postgres configuration names. */
export function serverOf(config: JsonObject): Server {
  return {
    host: stringAt(config, 'host') ?? '',
    port: numberAt(config, 'port') ?? DEFAULT_PORT,
    database: stringAt(config, 'database') ?? '',
  };
}

/** The schemas that a Postgres source reads. */
export function schemasOf(config: JsonObject): string[] {
  const schemas = stringsOf(config['schemas']);
  return schemas.length === 0 ? [DEFAULT_SCHEMA] : schemas;
}

/** Whether a file source reads a file, by its path or its pattern. */
export function readsFile(config: JsonObject, file: string, localRoot: string): boolean {
  const url = (stringAt(config, 'url') ?? '').replace(/^file:\/\//, '');
  if (!isPattern(url)) return realPathOf(localRoot, url)?.toLowerCase() === file.toLowerCase();
  const root = realPathOf(localRoot, '/local');
  if (root === null || !file.startsWith(root)) return false;
  // Some file systems are case-insensitive.
  return matchesPath(url.toLowerCase(), `/local${file.slice(root.length)}`.toLowerCase());
}

/** The real path of a path below `/local`, which need not exist; null if it leads outside. */
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
