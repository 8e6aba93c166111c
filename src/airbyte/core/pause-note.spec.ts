import fc from 'fast-check';
import { hasMarker, type PauseNote, readNote, writeNote } from './pause-note';

const nullable = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(some, { nil: null });
const notes: fc.Arbitrary<PauseNote> = fc.record({
  reason: nullable(fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !hasMarker(text))),
  name: nullable(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }).map((text) => `oidc:${text}`)),
  until: nullable(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })),
});

it('every note is read as it was written', () => {
  fc.assert(
    fc.property(notes, (note) => {
      expect(readNote(writeNote(note))).toEqual(note);
    }),
  );
});

it('people can read it in Airbyte', () => {
  const until = new Date('2026-12-24T06:00:00Z');
  expect(writeNote({ reason: 'The warehouse moves.', name: 'key:ops', until })).toBe(
    'The warehouse moves. [gateway pause by key:ops until 2026-12-24T06:00:00.000Z]',
  );
  expect(writeNote({ reason: null, name: null, until: null })).toBe('[gateway pause by - until -]');
});

it.each([
  'The warehouse moves.',
  '[gateway pause by key:ops until tomorrow]',
  '[gateway pause by key:ops until -] again',
  'x[gateway pause by key:ops until -]',
  '[gateway pause by key ops until -]',
])('%j was not written by the gateway', (text) => {
  expect(readNote(text)).toBeNull();
});

it('a name that cannot be decoded is kept as it is', () => {
  expect(readNote('[gateway pause by 100%! until -]')?.name).toBe('100%!');
});

it('an over-long name and one with half a character are cut and replaced', () => {
  const written = writeNote({ reason: null, name: `oidc:\ud800${'x'.repeat(10_000)}`, until: null });
  expect(written.length).toBeLessThan(300);
  expect(readNote(written)?.name).toMatch(/^oidc:\ufffdx+$/);
});
