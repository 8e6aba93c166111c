import { createHash } from 'node:crypto';

/** File systems allow 255 bytes. The files beside the stream's file have longer names. */
const MAX_NAME_BYTES = 200;
/** The prefix that a shortened name keeps. It never ends within a character. */
const READABLE = /^.{0,40}/su;

/**
 * The file name of a stream. Letters, digits, `_` and `-` are kept, other characters are escaped. Streams with different
 * names have different files.
 */
export function fileNameOf(table: string): string {
  const name = escaped(table);
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return `_airbyte_raw_${name}.jsonl`;
  const digest = createHash('sha256').update(JSON.stringify(table)).digest('hex').slice(0, 32);
  // An escaped name never contains a tilde, so the two forms cannot be equal.
  return `_airbyte_raw_${READABLE.exec(name)?.[0] ?? ''}~${digest}.jsonl`;
}

function escaped(table: string): string {
  // File systems normalise Unicode differently, so names that are not in NFC are escaped.
  const special = table.normalize('NFC') === table ? /[^\p{L}\p{N}_-]/gu : /[^A-Za-z0-9_-]/gu;
  return table.replace(special, escape);
}

function escape(character: string): string {
  if (/\p{Surrogate}/u.test(character)) return `%u${character.charCodeAt(0).toString(16)}`;
  return Buffer.from(character, 'utf8').toString('hex').replace(/../g, '%$&');
}

/** Two names with the same result are the same file on a file system that ignores case or normalises Unicode. */
export function foldedName(file: string): string {
  return file.normalize('NFKC').toUpperCase().toLowerCase();
}
