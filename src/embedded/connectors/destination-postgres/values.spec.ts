import fc from 'fast-check';
import { fromBytes, toBytes } from '../../protocol/message-writer';
import type { ColumnType } from './columns';
import { membersOf, repeatedMember } from '../record-members';
import { cellOf, InvalidValue } from './values';

/** Decodes a cell by the rules of COPY's text format. */
function textOfCell(cell: string): string {
  return fromBytes(
    cell.replace(/\\(.)/g, (_all, letter: string) => ({ n: '\n', r: '\r', t: '\t' })[letter] ?? letter),
  );
}

const fits = (type: ColumnType, value: string): boolean =>
  !(cellOf(toBytes(value), type) instanceof InvalidValue);

describe('a value and its column', () => {
  it.each<[ColumnType, string]>([
    ['numeric', '7'],
    ['numeric', '-0.10'],
    ['numeric', '1e3'],
    ['numeric', '12345678901234567890.123456789'],
    ['numeric', '"NaN"'],
    ['numeric', '"-Infinity"'],
    ['boolean', 'true'],
    ['boolean', 'false'],
    ['text', '"00420"'],
    ['text', '""'],
    ['date', '"2026-02-28"'],
    ['date', '"0044-03-15 BC"'],
    ['date', '"infinity"'],
    ['timestamp', '"2026-02-28T01:02:03.123456"'],
    ['timestamptz', '"2026-02-28T01:02:03Z"'],
    ['timestamptz', '"2026-02-28 01:02:03.123456000+05:30"'],
    ['timestamptz', '"-infinity"'],
    ['jsonb', '"text"'],
    ['jsonb', '{"a":[{"a":1},{"a":2}]}'],
    ['jsonb', '{"é":1,"\\u00c3\\u00a9":2}'],
  ])('fit: %s accepts %s', (type, value) => {
    expect(fits(type, value)).toBe(true);
  });

  it.each<[ColumnType, string]>([
    ['numeric', '"7"'],
    ['numeric', '" 7"'],
    ['numeric', '"nan"'],
    ['numeric', 'true'],
    ['numeric', '[1]'],
    ['boolean', '"off"'],
    ['boolean', '"true"'],
    ['boolean', '0'],
    ['text', '1.0'],
    ['text', 'true'],
    ['text', '{"a":1}'],
    ['text', '"a\\u0000b"'],
    ['text', '"\\ud800"'],
    ['text', '"\\udc00\\ud800"'],
    ['date', '"yesterday"'],
    ['date', '"now"'],
    ['date', '"2026-02-28T00:00:00"'],
    ['date', '"2026-2-8"'],
    ['date', '20260228'],
    ['timestamp', '"2026-02-28T01:02:03Z"'],
    ['timestamp', '"2026-02-28"'],
    ['timestamp', '"2026-02-28T24:00:00"'],
    ['timestamptz', '"2026-02-28T01:02:03"'],
    ['timestamptz', '"2026-02-28T01:02:60Z"'],
    ['timestamptz', '"2026-02-28T01:02:03 Europe/Berlin"'],
    ['timestamptz', '"2026-02-28T01:02:03.123456789Z"'],
    ['jsonb', '{"a":1,"a":2}'],
    ['jsonb', '{"é":1,"\\u00e9":2}'],
    ['jsonb', '[{"b":{"\\u0061":1,"a":2}}]'],
  ])('do not fit: %s refuses %s', (type, value) => {
    expect(fits(type, value)).toBe(false);
  });

  it('reports the kind of a value but not the value, which may be a secret', () => {
    const wrongKind = cellOf('"hunter2"', 'numeric');
    expect(wrongKind).toEqual(new InvalidValue('the value is a text, but the column holds numbers'));
  });

  it('keeps every text unchanged', () => {
    const unit = fc.constantFrom('a', '\\', '\n', '\r', '\t', '"', '\u0001', 'é', '😀', 'N', '.', '\u2028');
    fc.assert(
      fc.property(fc.string({ unit }), fc.boolean(), (text, escapesAll) => {
        const plain = JSON.stringify(text);
        const json = escapesAll
          ? plain.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
          : plain;
        const cell = cellOf(toBytes(json), 'text');
        if (cell instanceof InvalidValue) throw new Error(cell.reason);
        expect(cell).not.toMatch(/[\n\r\t]/);
        expect(textOfCell(cell)).toBe(text);
      }),
    );
  });
});

describe('the members of a record', () => {
  it('are the same as those of JSON.parse', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'é', '"', '\\', '{', ',', ':', ' ', ']') });
    const space = fc.constantFrom('', ' ', '\t');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, fc.json()), { selector: ([key]) => key }),
        space,
        (members, gap) => {
          const texts = members.map(([key, value]) => `${JSON.stringify(key)}${gap}:${gap}${value}${gap}`);
          const found = membersOf(`{${gap}${texts.join(`,${gap}`)}}`);
          const parsed = found.map(({ spelling, value }): unknown[] => [
            JSON.parse(`"${spelling}"`),
            JSON.parse(value),
          ]);
          expect(parsed).toEqual(members.map(([key, value]): unknown[] => [key, JSON.parse(value)]));
          expect(members.map(([, value]) => repeatedMember(value)).every((name) => name === null)).toBe(true);
        },
      ),
    );
  });

  it('may be nested as deep as a line allows', () => {
    const deep = `${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`;
    expect(membersOf(`{"x":${deep},"y":2}`).map(({ value }) => value)).toEqual([deep, '2']);
    expect(repeatedMember(deep)).toBeNull();
  });
});
