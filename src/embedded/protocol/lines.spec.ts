import fc from 'fast-check';
import { LineSplitter } from './lines';

describe('lines', () => {
  it('are the same wherever the pieces end in which they come', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '\n'), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (content, length) => {
        const bytes = Buffer.from(content);
        const lines: string[] = [];
        const splitter = new LineSplitter((line) => lines.push(line.toString('utf8')));
        for (let at = 0; at < bytes.length; at += length) splitter.push(bytes.subarray(at, at + length));
        splitter.end();
        expect(lines).toEqual(content.split('\n').filter((line) => line !== ''));
      }),
    );
  });
});
