import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import Ajv2020 from 'ajv/dist/2020';
import { document, document31 } from './contract-document';

const ID = 'openapi';

type Json = Readonly<Record<string, unknown>>;

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A schema of OpenAPI 3.0 as JSON Schema: `nullable` becomes a type, and objects take no members but their own, because
 * a member that nobody described is a fault here although a client must bear it.
 */
function toJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toJsonSchema);
  if (!isJson(schema)) return schema;
  if (typeof schema['$ref'] === 'string') return { $ref: schema['$ref'].replace(/^#/, `${ID}#`) };
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, isData(key) ? value : toJsonSchema(value)]),
  );
  const closed =
    isJson(rest['properties']) && !('additionalProperties' in rest)
      ? { ...rest, additionalProperties: false }
      : rest;
  if (nullable !== true) return closed;
  const { type, ...others } = closed;
  return { anyOf: [{ type: 'null' }, 'allOf' in others ? others : { type, ...others }] };
}

/** Members of a schema that hold values, not schemas. */
function isData(key: string): boolean {
  return ['example', 'default', 'enum', 'required'].includes(key);
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema({ $id: ID, components: { schemas: toSchemas() } });

function toSchemas(): Json {
  return Object.fromEntries(
    Object.entries(document.components?.schemas ?? {}).map(([name, schema]) => [name, toJsonSchema(schema)]),
  );
}

const strict = new Ajv2020({ strict: false, allErrors: true });
addFormats(strict);
strict.addSchema({ $id: ID, ...document31 });
const bodies = new Map<string, ValidateFunction>();

/** Returns the differences between an answer and the description, as found by a validator for OpenAPI 3.1. */
export function faultsOfAnswer(place: AnswerPlace, value: unknown): string[] {
  const parts = [
    'paths',
    place.template,
    place.method,
    'responses',
    place.status,
    'content',
    place.type,
    'schema',
  ];
  const pointer = `${ID}#/${parts.map(escaped).join('/')}`;
  let validate = bodies.get(pointer);
  if (!validate) {
    validate = strict.compile({ $ref: pointer });
    bodies.set(pointer, validate);
  }
  return validate(value) ? [] : [`3.1: ${strict.errorsText(validate.errors)}`];
}

/** The place of an answer in the description. */
export interface AnswerPlace {
  readonly template: string;
  readonly method: string;
  readonly status: string;
  readonly type: string;
}

/** Encodes a part of a JSON pointer for a URI. */
function escaped(part: string): string {
  return encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1'));
}

const compiled = new Map<unknown, ValidateFunction>();

/** Returns one text for each violation of a schema by a value. */
export function faultsOf(schema: object, value: unknown): string[] {
  let validate = compiled.get(schema);
  if (!validate) {
    validate = ajv.compile(toJsonSchema(schema) as object);
    compiled.set(schema, validate);
  }
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${instancePath || 'the body'} ${message ?? ''} ${JSON.stringify(params)}`,
  );
}
