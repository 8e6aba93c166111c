import { existsSync, realpathSync } from 'node:fs';
import type { ConnectorRuntimeDirs } from './command';

/** A text with the names that a caller knows in the place of folders of this machine. */
export function withoutHostPaths({ localRoot, scratchRoot }: ConnectorRuntimeDirs, text: string): string {
  const names: [folder: string, name: string][] = [
    ...spellings(localRoot).map((folder): [string, string] => [folder, '/local']),
    ...spellings(scratchRoot).map((folder): [string, string] => [folder, '(scratch)']),
  ];
  return names.reduce((shown, [folder, name]) => shown.replaceAll(folder, name), text);
}

/** Connectors may have resolved the links that lead to a folder. */
function spellings(folder: string): string[] {
  return existsSync(folder) ? [...new Set([realpathSync(folder), folder])] : [folder];
}
