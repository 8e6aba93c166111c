import { readFileSync } from 'node:fs';

/** Reads name and version from the package.json of a folder. */
export function readPackage(folder: string): { readonly name: string; readonly version: string } {
  const content: unknown = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  if (typeof content === 'object' && content !== null && 'name' in content && 'version' in content) {
    const { name, version } = content;
    if (typeof name === 'string' && typeof version === 'string') return { name, version };
  }
  throw new Error(`${folder}/package.json has no name and version`);
}
