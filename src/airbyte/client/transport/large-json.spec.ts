import fc from 'fast-check';
import { atOnce } from '../../../../test/support/at-once';
import { parseLargeJson } from './large-json';

const LONG = 70_000;

/** The value, or the name of the error. */
function outcome(act: () => unknown): unknown {
  try {
    return { value: act() };
  } catch (error) {
    return (error as Error).name;
  }
}

function parseInParts(text: string, onPart: (part: string) => void = () => undefined): unknown {
  const parse = (part: string): unknown => {
    onPart(part);
    return JSON.parse(part);
  };
  return atOnce(parseLargeJson(text, parse));
}

/** Values of any form, with texts and lists in them that make the containers around them large. */
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.jsonValue(),
    fc.constantFrom('x'.repeat(LONG), '\\"[]{},'.repeat(LONG / 7), 'é\u2028"'.repeat(LONG / 3)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .tuple(tie('value'), fc.integer({ min: 1, max: 5000 }))
      .map(([value, times]) =>
        JSON.stringify(value).length > 100 ? [value, times] : Array.from({ length: times }, () => value),
      ),
    fc
      .array(fc.tuple(fc.oneof(fc.constantFrom('__proto__', '1', 'data', ''), fc.string()), tie('value')), {
        maxLength: 4,
      })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value;

it('gives what JSON.parse gives', () => {
  fc.assert(
    fc.property(values, fc.constantFrom(undefined, 2, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      expect(parseInParts(text)).toEqual(JSON.parse(text));
    }),
    { numRuns: 80 },
  );
});

it('refuses what JSON.parse refuses, and nothing else', () => {
  const broken = fc.constantFrom(
    '',
    ',',
    ',,',
    '[',
    ']',
    '{',
    '}',
    '"',
    '\\',
    ':',
    'null',
    ' ',
    '1',
    '"a":1,',
    '\n',
  );
  fc.assert(
    fc.property(values, fc.nat(), fc.nat(4), broken, (value, place, removed, inserted) => {
      const whole = JSON.stringify(value);
      const at = place % (whole.length + 1);
      const text = whole.slice(0, at) + inserted + whole.slice(at + removed);
      expect(outcome(() => parseInParts(text))).toEqual(outcome(() => JSON.parse(text)));
    }),
    { numRuns: 150 },
  );
});

const row = JSON.stringify({ a: 'x'.repeat(40_000) });

it.each([
  ['a comma before the first item', `[,${row},${row}]`],
  ['a comma after the last item', `[${row},${row},]`],
  ['a comma after the last member', `{"a":${row},"b":${row},}`],
  ['two commas', `[${row},${row},,${row}]`],
  ['no comma', `[${row}${row}]`],
  ['brackets of two kinds', `[${row},${row}}`],
  ['a text after the end', `[${row},${row}] 1`],
  ['a second value', `[${row},${row}],1`],
  ['a bracket that is closed twice', `[${row},${row}]]`],
  ['no end', `[${row},${row}`],
  ['nothing', ' '.repeat(LONG)],
])('refuses %s', (_, text) => {
  expect(() => parseInParts(text)).toThrow(SyntaxError);
});

it.each([
  ['a member that is repeated', `{"a":${row},"b":[${row},${row}],"a":[${row},${row}],"a":1}`],
  [
    'names that are numbers, in no order',
    `{"b":[${row},${row}],"2":[${row},${row},1],"1":{"c":${row},"d":${row}}}`,
  ],
  ['levels beyond those that are divided', `${'['.repeat(40)}${row},${row}${']'.repeat(40)}`],
  ['a thousand levels', `[${'['.repeat(1000)}${']'.repeat(1000)},${row},${row}]`],
])('reads %s', (_, text) => {
  expect(parseInParts(text)).toEqual(JSON.parse(text));
});

it('parses no long part, wherever the long list is', () => {
  const streams = Array.from({ length: 5000 }, (_, index) => ({ name: `stream_${index}`, fields: [['id']] }));
  const text = JSON.stringify({ data: [{ id: 1, configurations: { streams } }, { id: 2 }] });
  const lengths: number[] = [];
  expect(parseInParts(text, ({ length }) => lengths.push(length))).toEqual(JSON.parse(text));
  expect(lengths.length).toBeGreaterThan(3);
  expect(Math.max(...lengths)).toBeLessThan(70_000);
});
