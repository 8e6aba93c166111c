import { existsSync, realpathSync } from 'node:fs';
import type { ConnectorRuntimeDirs } from './command';

/** Replaces folders of this machine in a text by the names that users know. */
export function withoutHostPaths({ localRoot, scratchRoot }: ConnectorRuntimeDirs, text: string): string {
  const names: [folder: string, name: string][] = [
    ...spellings(localRoot).map((folder): [string, string] => [folder, '/local']),
    ...spellings(scratchRoot).map((folder): [string, string] => [folder, '(scratch)']),
  ];
  return names.reduce((shown, [folder, name]) => shown.replaceAll(folder, name), text);
}

/** Connectors may report the folder with its symbolic links resolved. */
function spellings(folder: string): string[] {
  return existsSync(folder) ? [...new Set([realpathSync(folder), folder])] : [folder];
}
