import fc from 'fast-check';
import { parseObject } from '../platform/json';
import { endOfJsonObject } from './json-scan';

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
        expect([text, endOfJsonObject(text, 0) === text.length]).toEqual([text, parseObject(text) !== null]);
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
    expect(endOfJsonObject(text, 0) === text.length).toBe(parseObject(text) !== null);
  });

  it('stops behind the object, whatever follows', () => {
    expect(endOfJsonObject('xx{"a":{"b":"}"}},"c"', 2)).toBe(17);
  });

  it('leaves what is nested very deeply to others', () => {
    expect(endOfJsonObject(`{"a":${'['.repeat(100_000)}`, 0)).toBe(-1);
  });
});
