/**
 * How a field keeps the caller's words when its values have to be listed upstream. To both of Airbyte's libraries
 * `2`, `02` and `0002` are the same value, and a list may repeat it. So the list is followed by more of its first
 * value, whose leading zeros spell the words: two entries a character, the count of zeros less one being the octal
 * digits of the character's place in the alphabet below. `1-5/2` becomes `2,4,6,02,002,…`.
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

/** The words that a list may have been followed by; null when it cannot be such a list. */
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

/** The words that are believed to be spelled by a stored field: those that would be stored in just this way. */
export function decodeSpelling(stored: string, read: FieldReader): string | null {
  const words = decodeList(stored);
  const reading = words === null ? null : read(words);
  return reading?.ok && encodeSpelling(reading.form, read) === stored ? words : null;
}

/** How the field is spelled upstream. A plain spelling that would be taken for other words is spelled out too. */
export function encodeSpelling(form: FieldForm, read: FieldReader): string {
  if (form.values === null) return form.plain ?? form.text;
  if (form.plain !== null && decodeSpelling(form.plain, read) === null) return form.plain;
  return encodeAsList(form.values, form.text);
}
