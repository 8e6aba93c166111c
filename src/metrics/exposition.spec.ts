import { type Family, formatFor, type Sample, writeFamilies } from './exposition';

const SAMPLES = 150_000;

it('writes pieces of bounded size, and computes samples only when they are read', () => {
  let computed = 0;
  function* samples(): Generator<Sample> {
    for (let n = 0; n < SAMPLES; n++) {
      computed++;
      yield { labels: { connection_id: String(n) }, value: n };
    }
  }
  const family: Family = { name: 'a', help: 'A number.', type: 'gauge', samples: samples() };
  const pieces = writeFamilies([family], formatFor('*/*'));
  const first = pieces.next().value ?? '';
  expect(computed).toBeLessThan(1000);
  let longest = 0;
  let lines = first.split('\n').length - 1;
  for (const piece of pieces) {
    longest = Math.max(longest, piece.length);
    lines += piece.split('\n').length - 1;
  }
  expect(lines).toBe(SAMPLES + 2);
  expect(longest).toBeLessThan(20_000);
});

it('writes no family without samples', () => {
  const family: Family = { name: 'a', help: 'A number.', type: 'gauge', samples: [] };
  expect([...writeFamilies([family], formatFor(undefined))].join('')).toBe('');
});
