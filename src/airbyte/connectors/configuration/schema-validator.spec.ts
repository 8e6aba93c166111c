import { validateConfiguration } from './schema-validator';

describe('a schema of a connector', () => {
  it('whose pattern backtracks without end is stopped, and not used again', () => {
    const hostile = { properties: { a: { type: 'string', pattern: '^(a+)+$' } } };
    const slow = { a: `${'a'.repeat(60)}!` };
    expect(validateConfiguration(hostile, slow, 100)).toBeNull();
    expect(validateConfiguration(hostile, { a: 'aaa' })).toBeNull();
  });

  it.each([
    ['names another document', { $ref: 'https://example.com/schema' }],
    ['has keywords of the wrong type', { required: true }],
  ])('that %s is not used', (_name, schema) => {
    expect(validateConfiguration(schema, { a: 1 })).toBeNull();
  });

  it('may have a pattern in the syntax of another language, which is ignored', () => {
    expect(validateConfiguration({ properties: { a: { pattern: '(?i)[' } } }, { a: 'x' })).toEqual([]);
  });
});
