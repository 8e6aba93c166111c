/**
 * Encodes the original text of a field in a list of values. Both of Airbyte's libraries read `2`, `02` and
 * `0002` as the same value, and a list may repeat values. So the list is followed by repetitions of its first
 * value, whose leading zeros encode the text: two entries for each character, and the number of zeros minus one
 * is an octal digit of the character's index in the alphabet. `1-5/2` becomes `2,4,6,02,002,…`.
 */
import type { FieldForm, FieldReader } from './field-form';

const ALPHABET = '0123456789-/,*ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function encodeAsList(values: readonly number[], words: string): string {
  const value = String(values[0] ?? 0);
  const letters = Array.from(words).flatMap((character) => {
    const place = ALPHABET.indexOf(character);
    return [Math.floor(place / 8) + 1, (place % 8) + 1].map((zeros) => '0'.repeat(zeros) + value);
  });
  return [...values.map(String), ...letters].join(',');
}

/** Decodes the text that follows a list; null if there is none. */
function decodeList(stored: string): string | null {
  const entries = stored.split(',');
  const start = entries.findIndex((entry) => /^0+[0-9]/.test(entry));
  if (start < 1 || (entries.length - start) % 2 !== 0) return null;
  const value = entries[0] ?? '';
  let words = '';
  for (let index = start; index < entries.length; index += 2) {
    const high = (entries[index]?.length ?? 0) - value.length - 1;
    const low = (entries[index + 1]?.length ?? 0) - value.length - 1;
    const character = low >= 0 && low < 8 && high >= 0 ? ALPHABET[high * 8 + low] : undefined;
    if (character === undefined) return null;
    words += character;
  }
  return words;
}

/** Decodes a stored field; null unless encoding the text again gives the same field. */
export function decodeSpelling(stored: string, read: FieldReader): string | null {
  const words = decodeList(stored);
  const reading = words === null ? null : read(words);
  return reading?.ok && encodeSpelling(reading.form, read) === stored ? words : null;
}

/** Encodes a field for Airbyte. A plain spelling that would decode to other text is encoded too. */
export function encodeSpelling(form: FieldForm, read: FieldReader): string {
  if (form.values === null) return form.plain ?? form.text;
  if (form.plain !== null && decodeSpelling(form.plain, read) === null) return form.plain;
  return encodeAsList(form.values, form.text);
}
