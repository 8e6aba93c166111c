import fc from 'fast-check';
import { ProblemException } from '../api/problem/problem.exception';
import { jsonSyntaxProblem } from './json-syntax';

const piece = fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', '"', '\n', 'x', '/', '*', '\\');

describe('jsonSyntaxProblem', () => {
  it('names the problem of any text, however deeply nested', () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        const text = pieces.join('').repeat(20_000).slice(0, 98_000);
        expect(jsonSyntaxProblem(text)).toBeInstanceOf(ProblemException);
      }),
      { numRuns: 300 },
    );
  });

  it('names the place of an error that is not nested too deeply', () => {
    const text = `${'{"a":['.repeat(10)}1 2`;
    expect(jsonSyntaxProblem(text).detail).toContain(
      'line 1, column 63: "2" is unexpected. Write a comma before it.',
    );
    expect(jsonSyntaxProblem(`[${text}`).detail).toContain('at most 20 levels');
  });
});
