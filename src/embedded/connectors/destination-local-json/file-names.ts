import { createHash } from 'node:crypto';

/** File systems take 255 bytes; beside the file there are others with longer names. */
const MAX_NAME_BYTES = 200;
/** The part of a name that is kept when it is shortened; it never ends within a character. */
const READABLE = /^.{0,40}/su;

/**
 * The file of a stream. Letters, digits, `_` and `-` are kept and everything else is escaped, so that streams with
 * different names have different files.
 */
export function fileNameOf(table: string): string {
  const name = escaped(table);
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return `_airbyte_raw_${name}.jsonl`;
  const digest = createHash('sha256').update(JSON.stringify(table)).digest('hex').slice(0, 32);
  // No escaped name contains a tilde.
  return `_airbyte_raw_${READABLE.exec(name)?.[0] ?? ''}~${digest}.jsonl`;
}

function escaped(table: string): string {
  // Some file systems compose characters, others decompose them: only composed ones are written as they are.
  const special = table.normalize('NFC') === table ? /[^\p{L}\p{N}_-]/gu : /[^A-Za-z0-9_-]/gu;
  return table.replace(special, escape);
}

function escape(character: string): string {
  if (/\p{Surrogate}/u.test(character)) return `%u${character.charCodeAt(0).toString(16)}`;
  return Buffer.from(character, 'utf8').toString('hex').replace(/../g, '%$&');
}

/** Where a file system ignores case and composition, files with equal results are one. */
export function foldedName(file: string): string {
  return file.normalize('NFKC').toUpperCase().toLowerCase();
}
