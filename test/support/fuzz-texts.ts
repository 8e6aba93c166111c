import fc, { type Arbitrary } from 'fast-check';

/** Id of an existing ingestion, which the fuzzer sometimes sends. */
export const KNOWN_ID = 'b7c1d2e3-0000-4000-8000-00000000000a';

/** Unusual texts in the place of an id, a name or a header. */
const NASTY_TEXTS = [
  '',
  ' ',
  '.',
  '..',
  '../..',
  '../../api/v1/jobs',
  '%2e%2e',
  '..%2f..%2fjobs',
  '%00',
  '%',
  '%zz',
  '%c0%af',
  'a/b',
  'a\\b',
  'a?limit=1',
  'a#b',
  'a;b',
  'a&b=c',
  'a\r\nx-evil: 1',
  'a%0d%0ax-evil:%201',
  '\u0000',
  '\u202e',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  '-1',
  '1e9',
  '9007199254740993',
  '{}',
  '[]',
  '$ne',
  '${7*7}',
  '{{7*7}}',
  "' or 1=1 --",
  '<script>',
  'x'.repeat(128),
  'x'.repeat(129),
  'x'.repeat(5000),
  'é',
  '🦆',
  '\ud800',
  'Every 6 HOURS',
  '0 2 * * *',
  '0 0 2 * * ?',
  '@daily',
  'UTC',
  'PT6H',
  'P99999999999Y',
];

/** Unusual and random texts. */
export const nastyText = fc.oneof(
  fc.constantFrom(...NASTY_TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 200 }),
);

/** Random JSON values. */
export const nastyValue: Arbitrary<unknown> = fc.oneof(
  nastyText,
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -0,
    -1,
    1.5,
    1e308,
    Number.MAX_SAFE_INTEGER + 1,
    [],
    {},
    [[]],
    [null],
  ),
  fc.jsonValue({ maxDepth: 4 }),
  fc.array(nastyText, { maxLength: 5 }),
  fc.dictionary(
    fc.oneof(nastyText, fc.constantFrom('name', 'scheduleType', 'length', 'then', 'toJSON')),
    nastyText,
    { maxKeys: 4 },
  ),
);

/** Percent-encodes all bytes that are not allowed in a request line. */
function encode(text: string, thoroughly: boolean): string {
  const bytes = Buffer.from(text, 'utf8');
  const safe = thoroughly ? /[A-Za-z0-9._~-]/ : /[!-~]/;
  return [...bytes]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return safe.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

/** A text in a request line, fully escaped or only as far as HTTP requires. */
export const encoded = (text: Arbitrary<string>): Arbitrary<string> =>
  fc.tuple(text, fc.boolean()).map(([value, thoroughly]) => encode(value, thoroughly));
