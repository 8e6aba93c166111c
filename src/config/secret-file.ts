import { readFileSync, statSync } from 'node:fs';

const MAX_BYTES = 1024 * 1024;

/** The content of a file with a secret, or the reason why there is none. */
type SecretFile =
  { readonly text: string; readonly fault: null } | { readonly text: null; readonly fault: string };

/**
 * Reads a secret from a regular file, without the white space around it, because editors and `echo` add a line break. An
 * empty file is a fault: an emptied list of API keys must not turn authentication off.
 */
export function readSecretFile(path: string): SecretFile {
  try {
    const file = statSync(path);
    if (!file.isFile()) return faulty('names no regular file');
    if (file.size > MAX_BYTES) return faulty(`names a file of more than ${MAX_BYTES} bytes`);
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? faulty('names an empty file') : { text, fault: null };
  } catch (error) {
    return faulty(`names a file that cannot be read (${codeOf(error)})`);
  }
}

function faulty(fault: string): SecretFile {
  return { text: null, fault };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
}
