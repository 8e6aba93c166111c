import { statSync } from 'node:fs';
import { join } from 'node:path';
import { arrayAt, isObject, parseObject, stringAt, stringsOf, type JsonObject } from '../platform/json';
import { readSmallFile } from '../platform/regular-file';
import { EmbeddedStartError } from '../platform/start-error';
import type { ActorKind } from '../store/actors';
import type { ConnectorDefinition } from './definitions';

/** A connector that `npm run connectors` has installed. */
export interface InstalledConnector {
  /** Its normalised name in Python's package index. */
  readonly package: string;
  readonly version: string;
  readonly kind: ActorKind;
  readonly type: string;
  readonly definitionId: string;
  /** The folder of its environment, below the folder of all connectors. */
  readonly folder: string;
  /** Program and arguments, as paths in its folder. */
  readonly command: readonly string[];
  /** The version of Python, for example `3.11.2`. */
  readonly python: string;
}

/** The list of installed connectors is not valid. */
class InstalledListError extends EmbeddedStartError {
  override readonly name = 'InstalledListError';
}

/** The folder of all installed connectors. */
export function connectorsFolder(dataDir: string): string {
  return join(dataDir, 'connectors');
}

/** The list of installed connectors, which makes them known. */
export function installedListPath(dataDir: string): string {
  return join(connectorsFolder(dataDir), 'installed.json');
}

/** The file with the answer of an installed connector to `spec`. */
export function specificationPath(environment: string): string {
  return join(environment, 'specification.json');
}

/**
 * The connectors that are installed in a data directory.
 * @throws InstalledListError
 */
export function readInstalled(dataDir: string): InstalledConnector[] {
  const path = installedListPath(dataDir);
  const text = readSmallFile(path);
  if (text === null) return [];
  const content = parseObject(text);
  if (content === null) throw new InstalledListError(`${path} does not contain a JSON object.`);
  return arrayAt(content, 'connectors').map((entry) => parseInstalled(entry, path));
}

function parseInstalled(entry: unknown, path: string): InstalledConnector {
  const fields: JsonObject = isObject(entry) ? entry : {};
  const member = (name: string): string => {
    const text = stringAt(fields, name) ?? '';
    if (text === '') throw new InstalledListError(`${path}: a connector has no ${name}.`);
    return text;
  };
  const kind = member('kind');
  if (kind !== 'source' && kind !== 'destination')
    throw new InstalledListError(`${path}: kind must be "source" or "destination".`);
  const command = stringsOf(fields['command']);
  if (command.length === 0) throw new InstalledListError(`${path}: a connector has no command.`);
  return {
    ...{ package: member('package'), version: member('version'), kind, type: member('type') },
    ...{ definitionId: member('definitionId'), folder: member('folder'), command, python: member('python') },
  };
}

/** The installed connectors as definitions. The list is read again when it has changed, so no restart is needed. */
export class InstalledConnectors {
  private known: { readonly stamp: string; readonly definitions: readonly ConnectorDefinition[] } | null =
    null;

  constructor(private readonly dataDir: string) {}

  /** @throws InstalledListError */
  definitions(): readonly ConnectorDefinition[] {
    const stats = statSync(installedListPath(this.dataDir), { bigint: true, throwIfNoEntry: false });
    const stamp = stats === undefined ? '' : `${stats.ino} ${stats.mtimeNs} ${stats.size}`;
    if (this.known?.stamp !== stamp)
      this.known = {
        stamp,
        definitions: readInstalled(this.dataDir).map((installed) => definitionOf(this.dataDir, installed)),
      };
    return this.known.definitions;
  }
}

function definitionOf(
  dataDir: string,
  { definitionId: id, kind, type, folder, command }: InstalledConnector,
): ConnectorDefinition {
  const environment = join(connectorsFolder(dataDir), folder);
  return {
    ...{ id, kind, type },
    command: command.map((part) => join(environment, part)),
    acknowledgesImmediately: false,
    specificationPath: specificationPath(environment),
  };
}
