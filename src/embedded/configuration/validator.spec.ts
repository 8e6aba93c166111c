import type { JsonObject } from '../platform/json';
import { refuseUnknownMembers } from '../protocol/specification';
import { ConfigurationValidator } from './validator';

const TUNNELS = {
  oneOf: [
    { type: 'object', required: ['method'], properties: { method: { const: 'NONE' } } },
    {
      type: 'object',
      required: ['method', 'key'],
      properties: { method: { const: 'SSH' }, key: { type: 'string', airbyte_secret: true } },
    },
  ],
};
const SPECIFICATION = refuseUnknownMembers({
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  required: ['host'],
  properties: {
    host: { type: 'string', minLength: 1, order: 0 },
    port: { type: 'integer', minimum: 1, maximum: 65_535 },
    schemas: { type: 'array', items: { type: 'string' } },
    ssl: { type: 'boolean' },
    ssl_mode: { type: 'object', properties: { mode: { enum: ['disable', 'require'] } } },
    start: {
      type: 'string',
      format: 'date',
      pattern_descriptor: 'YYYY-MM-DD',
      pattern: '^\\d{4}-\\d\\d-\\d\\d$',
    },
    weird: { type: 'string', format: 'a format of another dialect' },
    tunnel: TUNNELS,
  },
});

let validator: ConfigurationValidator;

beforeAll(() => {
  validator = new ConfigurationValidator();
});

afterAll(() => validator.close());

async function faultsOf(configuration: JsonObject, specification = SPECIFICATION): Promise<unknown> {
  const result = await validator.validate(specification, configuration);
  return 'faults' in result ? result.faults : result;
}

describe('a configuration that fits its specification', () => {
  it.each([
    [{ host: 'h' }],
    [{ host: 'h', port: 65_535, schemas: [], ssl_mode: { mode: 'require' }, weird: 'anything' }],
    [{ host: 'h', tunnel: { method: 'SSH', key: 'k' } }],
  ])('%j has no faults', async (configuration) => {
    expect(await faultsOf(configuration)).toEqual([]);
  });
});

describe('a configuration that does not fit', () => {
  it.each<[JsonObject, string]>([
    [{}, 'host is missing.'],
    [{ host: '' }, 'host must not be empty.'],
    [{ host: null }, 'host must be a text, not null: leave it out.'],
    [{ port: '5432' }, 'port must be a whole number, not a text: send the number without quotes.'],
    [{ port: 1.5 }, 'port must be a whole number, not a fraction.'],
    [{ port: 99_999 }, 'port must be 65535 or less.'],
    [{ port: 0 }, 'port must be 1 or more.'],
    [{ ssl: 'true' }, 'ssl must be true or false, not a text: send it without quotes.'],
    [{ schemas: 'sales' }, 'schemas must be a list, not a text: send it in a list, [ ].'],
    [{ schemas: ['a', 5] }, 'schemas[1] must be a text, not a number: send it in quotes.'],
    [{ schema: 'sales' }, 'schema is not a field of this connector: did you mean schemas?'],
    [{ Port: 1 }, 'Port is not a field of this connector: did you mean port?'],
    [{ ssl_mode: 'require' }, 'ssl_mode must be an object, not a text: send {"mode":"require"}.'],
    [
      { ssl_mode: 'requires' },
      'ssl_mode must be an object, not a text: send an object such as {"mode":"disable"}.',
    ],
    [{ ssl_mode: { mode: 'verify' } }, 'ssl_mode.mode must be one of "disable", "require".'],
    [{ ssl_mode: { mod: 'require' } }, 'ssl_mode.mod is not a field of this connector: did you mean mode?'],
    [{ start: '1.1.2026' }, 'start must have the form YYYY-MM-DD.'],
    [{ tunnel: { method: 'SSH' } }, 'tunnel.key is missing.'],
    [
      { tunnel: { method: 'NONE', key: 'x' } },
      'tunnel.key is not a field of this connector: remove it; the fields are method.',
    ],
    [{ tunnel: { method: 'VPN' } }, 'tunnel.method must be one of "NONE", "SSH".'],
    [{ tunnel: {} }, 'tunnel.method is missing.'],
    [{ tunnel: 'SSH' }, 'tunnel must be an object, not a text: send {"method":"SSH"}.'],
    [{ 'a/b~c': 1 }, 'a/b~c is not a field of this connector: remove it; the fields are'],
    [{ constructor: 1 }, 'constructor is not a field of this connector'],
  ])('%j: %s', async (members, sentence) => {
    const faults = await faultsOf(sentence.startsWith('host') ? members : { host: 'h', ...members });
    expect(faults).toContainEqual(expect.stringContaining(sentence));
  });

  it('never has its values quoted', async () => {
    const faults = await faultsOf({
      host: 'h',
      tunnel: { method: 'SSH', key: ['hunter2'] },
      port: 'hunter2',
    });
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });
});

describe("a specification of another's connector", () => {
  it('decides itself about unknown members', async () => {
    const open = { type: 'object', properties: { a: { type: 'string' } } };
    expect(await faultsOf({ b: 1 }, open)).toEqual([]);
    expect(await faultsOf({ b: 1 }, { ...open, additionalProperties: false })).toHaveLength(1);
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['draft-04', { $schema: 'http://json-schema.org/draft-04/schema#', id: 'x' }, { a: 1 }],
    ['2020-12', { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: 'https://x/y' }, { a: 1 }],
    ['a pattern in the syntax of Java', { properties: { a: { pattern: '(?i)[' } } }, { a: 'x' }],
    [
      'definitions',
      { definitions: { t: { type: 'object' } }, properties: { a: { $ref: '#/definitions/t' } } },
      { a: {} },
    ],
    [
      'recursion',
      { properties: { a: { type: 'object', properties: { b: { $ref: '#' } } } } },
      { a: { b: {} } },
    ],
  ])('may use %s', async (_name, specification, configuration) => {
    expect(await faultsOf(configuration, specification)).toEqual([]);
  });

  it.each<[string, JsonObject]>([
    ['names another document', { $ref: 'https://example.com/schema' }],
    ['has keywords of the wrong type', { required: true }],
    ['refers to itself without end', { allOf: [{ $ref: '#' }] }],
  ])('that %s cannot be used', async (_name, specification) => {
    expect(await faultsOf({ a: 1 }, specification)).toMatchObject({ unusable: expect.any(String) });
  });

  it('whose pattern backtracks without end is stopped, and the next one is answered', async () => {
    const impatient = new ConfigurationValidator(200);
    const hostile = { properties: { a: { pattern: '^(a+)+$' } } };
    const [stopped, next] = await Promise.all([
      impatient.validate(hostile, { a: `${'a'.repeat(40)}!` }),
      impatient.validate(hostile, { a: 'aaa' }),
    ]);
    expect(stopped).toEqual({ faults: [expect.stringContaining('cannot be evaluated')] });
    expect(next).toEqual({ faults: [] });
    await impatient.close();
  });
});
