import { isAscii } from 'node:buffer';
import fc from 'fast-check';
import { parseObject } from '../platform/json';
import { JsonObjectScanner } from './json-scan';
import { fromBytes, toBytes } from './message-writer';

const endOf = (text: string, start = 0): number => new JsonObjectScanner().scan(text, start);

/** Texts that are nearly JSON: real JSON with a character taken out, put in or changed. */
const nearlyJson = fc
  .tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom(
      '',
      ' ',
      '"',
      '\\',
      '{',
      '}',
      '[',
      ',',
      ':',
      '0',
      '-',
      '.',
      'e',
      'E+',
      't',
      '\t',
      '\u0001',
      '\\u00e9',
      '\\x',
    ),
    fc.nat(2),
  )
  .map(([text, at, insert, remove]) => {
    const position = at % (text.length + 1);
    return `{"a":${text.slice(0, position)}${insert}${text.slice(position + remove)}}`;
  });

describe('scanning JSON', () => {
  it('accepts exactly what JSON.parse accepts', () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        expect([text, endOf(toBytes(text)) === toBytes(text).length]).toEqual([
          text,
          parseObject(text) !== null,
        ]);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    '{"a":01}',
    '{"a":-}',
    '{"a":1.}',
    '{"a":.5}',
    '{"a":1e}',
    '{"a":+1}',
    '{"a":0x1}',
    '{"a":NaN}',
    '{"a":"\\u12g4"}',
    '{"a":"\n"}',
    '{"a":tru}',
    '{"a" 1}',
    '{a:1}',
    '{"a":1,}',
    '{"a":[1,]}',
    '{,}',
    '{"a":1',
    '{"a":"',
    '[1]',
    '1',
    '',
    '{"a":-0.0e-10}',
    '{ "a" : [ ] , "b" : { } }',
    '{"a":[[],{}],"b":"\\ud800"}',
    '{"a":1E5}',
    '{}',
  ])('judges %j as JSON.parse does', (text) => {
    expect(endOf(toBytes(text)) === toBytes(text).length).toBe(parseObject(text) !== null);
  });

  it('stops behind the object, whatever follows', () => {
    expect(endOf('xx{"a":{"b":"}"}},"c"', 2)).toBe(17);
  });

  it('accepts values that are nested very deeply', () => {
    const deep = `{"a":${'[{"b":'.repeat(100_000)}1${'}]'.repeat(100_000)}}`;
    expect([endOf(deep), endOf(deep.slice(0, -1)), endOf(deep.replace('1', '1}'))]).toEqual([
      deep.length,
      -1,
      -1,
    ]);
  });
});

describe('the members that are found', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'é', '"', '\\', '{', ',', ':', ' ') });
  const gap = fc.constantFrom('', ' ', '\t');

  it('are those of JSON.parse, whatever the objects before had', () => {
    const object = fc.tuple(
      fc.uniqueArray(fc.tuple(name, fc.json()), { selector: ([key]) => key, maxLength: 4 }),
      gap,
    );
    fc.assert(
      fc.property(fc.array(object), (objects) => {
        const scanner = new JsonObjectScanner();
        for (const [members, space] of objects) {
          const texts = members.map(
            ([key, value]) => `${space}${JSON.stringify(key)}${space}:${space}${value}${space}`,
          );
          const text = toBytes(`{${texts.join(',') || space}}`);
          expect(scanner.scan(text, 0)).toBe(text.length);
          const found = scanner.shape.names.map((key, member): unknown[] => [
            key,
            JSON.parse(fromBytes(scanner.value(member))),
          ]);
          expect(found).toEqual(members.map(([key, value]): unknown[] => [key, JSON.parse(value)]));
          expect(scanner.isAscii).toBe(isAscii(Buffer.from(text, 'latin1')));
        }
      }),
    );
  });

  it('tell a repeated name in another spelling', () => {
    const scanner = new JsonObjectScanner();
    scanner.scan('{"a":1,"b":2,"\\u0061":3}', 0);
    expect(scanner.shape.repeated).toBe('a');
    scanner.scan('{"a":1,"b":{"a":2}}', 0);
    expect(scanner.shape.repeated).toBeNull();
  });
});
