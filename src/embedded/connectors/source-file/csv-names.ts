import { fromBytes } from '../../protocol/message-writer';

/** No destination can store more columns. */
export const MAX_COLUMNS = 10_000;
const MAX_HEADER_BYTES = 1024 * 1024;

/** The reason why the names of a header cannot be used, or null. They are one character per byte. */
export function faultOfNames(names: readonly string[]): string | null {
  const fix = 'correct it, or set names in reader_options';
  if (names.length > MAX_COLUMNS)
    return `it has ${names.length} names, and a stream has at most ${MAX_COLUMNS} columns`;
  if (names.reduce((bytes, name) => bytes + name.length, 0) > MAX_HEADER_BYTES)
    return 'its names are longer than 1 MiB';
  const withNul = names.findIndex((name) => name.includes('\0'));
  if (withNul >= 0) return `the name of column ${withNul + 1} contains the character NUL; ${fix}`;
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) return `it has the name ${JSON.stringify(fromBytes(name))} twice; ${fix}`;
    seen.add(name);
  }
  return null;
}
