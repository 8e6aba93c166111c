import fc from 'fast-check';
import { LineSplitter, LineTooLongError, PartialLine } from './lines';

describe('lines', () => {
  it('are the same wherever the pieces end in which they come', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '\n'), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (content, length) => {
        const bytes = Buffer.from(content);
        const lines: string[] = [];
        const splitter = new LineSplitter((line) => lines.push(line.toString('utf8')), {
          maxBytes: 1000,
          onTooLong: () => {
            throw new Error('no line is too long');
          },
        });
        for (let at = 0; at < bytes.length; at += length) splitter.push(bytes.subarray(at, at + length));
        splitter.end();
        expect(lines).toEqual(content.split('\n').filter((line) => line !== ''));
      }),
    );
  });

  it('are cut once when they are too long, wherever the pieces end, and the next one is whole again', () => {
    const bytes = Buffer.from(`short\n${'x'.repeat(100)}\nnext\n${'y'.repeat(30)}`);
    for (let length = 1; length < 40; length++) {
      const seen: string[] = [];
      const splitter = new LineSplitter((line) => seen.push(line.toString()), {
        maxBytes: 10,
        onTooLong: (beginning) => seen.push(`${beginning.toString()}…`),
      });
      for (let at = 0; at < bytes.length; at += length) splitter.push(bytes.subarray(at, at + length));
      splitter.end();
      expect(seen).toEqual(['short', 'xxxxxxxxxx…', 'next', 'yyyyyyyyyy…']);
    }
  });

  it('that are too long to wait for their end are an error', () => {
    const rest = new PartialLine(10);
    expect(rest.push(Buffer.from('1234567890'))).toBeNull();
    expect(() => rest.push(Buffer.from('1'))).toThrow(LineTooLongError);
  });
});
