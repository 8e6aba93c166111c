import { join } from 'node:path';
import { arrayAt, isObject, parseObject, stringAt, stringsOf, type JsonObject } from '../platform/json';
import { readFileIfExists } from '../platform/system-error';
import type { ConnectorRuntimeDirs } from './command';
import { BUILT_IN, type ConnectorDefinition } from './definitions';
import { EmbeddedStartError } from '../platform/start-error';
import { InstalledConnectors } from './installed-connectors';

/** `connectors.json` in the data directory is not valid. */
class RegistryError extends EmbeddedStartError {
  override readonly name = 'RegistryError';
}

/** All connectors: those of `connectors.json`, the installed ones and the built-in ones. */
export class Registry {
  private readonly own: readonly ConnectorDefinition[];
  private readonly installed: InstalledConnectors;

  /** @throws RegistryError */
  constructor(dataDir: string, runtimeDirs: ConnectorRuntimeDirs) {
    this.own = readOwn(dataDir, runtimeDirs);
    this.installed = new InstalledConnectors(dataDir);
    // A damaged list stops the start instead of a later sync.
    this.installed.definitions();
  }

  /** Each definition id occurs once. The first of equal ones counts. */
  definitions(): readonly ConnectorDefinition[] {
    const known = new Map<string, ConnectorDefinition>();
    for (const definition of [...this.own, ...this.installed.definitions(), ...BUILT_IN])
      if (!known.has(definition.id)) known.set(definition.id, definition);
    return [...known.values()];
  }
}

/**
 * The connectors of `connectors.json`. Any command that implements the Airbyte Protocol can be a
 * connector: `{"connectors": [{"definitionId", "kind": "source"|"destination", "type", "command": [...]}]}`.
 * In a command, `{scratch}` and `{local}` are replaced by the folders of its files and of `/local`, for mounts.
 * @throws RegistryError
 */
export function readOwn(dataDir: string, runtimeDirs: ConnectorRuntimeDirs): ConnectorDefinition[] {
  const path = join(dataDir, 'connectors.json');
  const text = readFileIfExists(path);
  if (text === null) return [];
  const content = parseObject(text);
  if (content === null) throw new RegistryError(`${path} does not contain a JSON object.`);
  return arrayAt(content, 'connectors').map((entry, index) =>
    parseEntry(entry, `${path}, connector ${index + 1}`, runtimeDirs),
  );
}

function parseEntry(entry: unknown, where: string, runtimeDirs: ConnectorRuntimeDirs): ConnectorDefinition {
  const fields: JsonObject = isObject(entry) ? entry : {};
  const [id, type, kind] = [stringAt(fields, 'definitionId'), stringAt(fields, 'type'), fields['kind']];
  const command = stringsOf(fields['command']);
  if (id === undefined || id === '') throw new RegistryError(`${where}: definitionId is missing.`);
  if (type === undefined || type === '') throw new RegistryError(`${where}: type is missing.`);
  if (kind !== 'source' && kind !== 'destination')
    throw new RegistryError(`${where}: kind must be "source" or "destination".`);
  if (command.length === 0) throw new RegistryError(`${where}: command must be an array of strings.`);
  const filled = command.map((part) =>
    // Functions, because `$` has a special meaning in a replacement string and may occur in a path.
    part
      .replaceAll('{scratch}', () => runtimeDirs.scratchRoot)
      .replaceAll('{local}', () => runtimeDirs.localRoot),
  );
  return { id, kind, type, command: filled, acknowledgesImmediately: false };
}
