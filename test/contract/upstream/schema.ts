import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { arrayAt, isJson, type Json, objectAt } from './json';

/** A fault and its position. */
export type Fault = string;

const ID = 'airbyte';

/** Formats that are not held to: ids, since the samples' are no UUIDs, and `set`, which only says how to keep a list. */
const SET_ASIDE = ['uuid', 'UUID', 'set'];

/**
 * Judges values by the schemas of an OpenAPI 3.1 document. An object may have no members but those that are described
 * or required: Airbyte takes others without a word and does nothing with them, so a misspelt one would never be noticed.
 */
export class SchemaJudge {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly compiled = new Map<Json, ValidateFunction>();

  constructor(schemas: Json) {
    addFormats(this.ajv);
    for (const format of SET_ASIDE) this.ajv.addFormat(format, true);
    this.ajv.addSchema({ $id: ID, components: { schemas: mapValues(schemas, closed) } });
  }

  faultsOf(schema: Json, value: unknown): Fault[] {
    let validate = this.compiled.get(schema);
    if (validate === undefined) {
      validate = this.ajv.compile(toObject(closed(schema)));
      this.compiled.set(schema, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${instancePath || 'it'} ${message ?? ''} ${JSON.stringify(params)}`,
    );
  }
}

/** The schema with its objects closed and its references made absolute. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isJson(schema)) return schema;
  const whole = mapValues(schema, closed);
  // The names of properties are data: one may be called `default`.
  if (isJson(schema['properties'])) {
    whole['properties'] = Object.fromEntries(
      Object.entries(schema['properties']).map(([name, property]) => [name, closed(property)]),
    );
  }
  if (typeof whole['$ref'] === 'string') whole['$ref'] = whole['$ref'].replace(/^#/, `${ID}#`);
  if (!isJson(schema['properties']) || 'additionalProperties' in schema) return whole;
  // A required member that has no description of its own: Airbyte requires `grant_type` and describes `grant-type`.
  const required = arrayAt(schema, 'required').filter((name) => typeof name === 'string');
  const undescribed = Object.fromEntries(required.map((name) => [name, true]));
  return {
    ...whole,
    properties: { ...undescribed, ...objectAt(whole, 'properties') },
    additionalProperties: false,
  };
}

function mapValues(object: Json, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, isData(name) ? value : change(value)]),
  );
}

/** Members of a schema that hold values, not schemas. */
function isData(name: string): boolean {
  return ['example', 'examples', 'default', 'enum', 'required'].includes(name);
}

function toObject(schema: unknown): Json {
  return isJson(schema) ? schema : {};
}
