import fc from 'fast-check';
import { toBytes } from '../../protocol/message-writer';
import { JsonRowReader } from './json-row';

function reasonOf(...rows: string[]): string | null {
  const reader = new JsonRowReader();
  return rows.map((row) => reader.faultOf(toBytes(row))?.reason ?? null).at(-1) ?? null;
}

const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

describe('a row of JSON', () => {
  it.each([
    ['{"id":1,"id":2}', 'it has the member "id" twice'],
    ['{"a":[{"b":1},{"b":1,"b":2}]}', 'it has the member "b" twice'],
    ['{"a":1,"\\u0061":2}', 'it has the member "\\u0061" twice'],
    ['{"\\u00e9":1,"é":2}', 'it has the member "é" twice'],
    [
      `{${Array.from({ length: 40 }, (_, index) => `"m${index}":1`).join(',')},"m7":2}`,
      'it has the member "m7" twice',
    ],
    ['{"a":"\\ud800"}', '\\ud800 is half of a surrogate pair'],
    ['{"a":"\\ud800\\ud800"}', '\\ud800 is half of a surrogate pair'],
    ['{"a":"\\udc00\\ud800"}', '\\udc00 is half of a surrogate pair'],
    ['{"\\ud800":1}', '\\ud800 is half of a surrogate pair'],
    [nested(1001), 'it is nested more than 1000 levels deep'],
    [`${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`, 'it is nested more than 1000 levels deep'],
    ['[{"a":1}]', 'it is a JSON array; write one object on each line'],
    ['7', 'it is not a JSON object'],
    ['{"a":1}{"a":1}', 'text follows the JSON'],
    ['{"a":NaN}', '"NaN" is not JSON there'],
    ['{"a":01}', '"1" is not JSON there'],
    ['{"a":+1}', '"+1" is not JSON there'],
    ['{"a":1.}', '"." is not JSON there'],
    ["{'a':1}", `"'" is not JSON there`],
    ['{"a":1,}', '"}" is not JSON there'],
    ['{"a" 1}', '"1" is not JSON there'],
    ['{"a":"\\x"}', 'an escape is not one of JSON'],
    ['{"a":"\t"}', '"\\t" is not JSON there'],
    ['{"a":"b', 'a string is not closed'],
    ['{"a":', 'it is cut off'],
  ])('%s is refused', (row, reason) => {
    expect(reasonOf(row)).toContain(reason);
    expect(reasonOf('{"id":1,"a":[{"b":1}]}', row)).toContain(reason);
  });

  it.each([
    '{}',
    ' {"a" : [ 1 , -0.0e+5, {} ,[] , "\\ud83d\\ude00\\u0000" ] } '.trim(),
    '{"__proto__":1,"constructor":2,"":3}',
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
    '{"n":1e400,"m":12345678901234567890}',
    nested(1000),
  ])('%s is accepted', (row) => {
    expect(reasonOf(row)).toBeNull();
    expect(reasonOf('{"a":{"b":1}}', row, row)).toBeNull();
  });

  it('is accepted if and only if JSON.parse accepts it, after any other rows', () => {
    const text = fc.oneof(
      fc.json(),
      fc
        .object({ key: fc.constantFrom('a', 'b', 'ab', 'é', '"', '\\', '') })
        .map((value) => JSON.stringify(value)),
    );
    const broken = fc
      .tuple(text, fc.nat(), fc.constantFrom('', '"', '}', ',', '\\', 'e', '-', '0', '\u0001', ' '))
      .map(([whole, place, more]) => {
        const cut = place % (whole.length + 1);
        return whole.slice(0, cut) + more + whole.slice(cut + (place % 2));
      });
    fc.assert(
      fc.property(fc.array(fc.oneof(text, broken), { minLength: 1, maxLength: 5 }), (rows) => {
        const reader = new JsonRowReader();
        for (const row of rows.map((candidate) => candidate.replace(/[\n ]+$/, ''))) {
          const reason = reader.faultOf(toBytes(row))?.reason;
          if (reason?.endsWith('twice') === true || reason?.includes('surrogate') === true) continue;
          expect([row, reason === undefined]).toEqual([row, isObjectText(row)]);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return text.startsWith('{') && typeof value === 'object';
  } catch {
    return false;
  }
}
