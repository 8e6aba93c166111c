import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { JsonObject } from '../platform/json';
import { messageOf } from '../platform/system-error';
import { explainFaults } from './explain';

/** The faults of a configuration, or the reason why its specification is not usable. */
export type ValidationResult = { readonly faults: readonly string[] } | { readonly unusable: string };

/** Size of the cache of compiled specifications. */
const MAX_COMPILED = 20;

/** Validates configurations against the JSON schemas of connectors' specifications. */
export class Validators {
  private readonly compiled = new Map<string, ValidateFunction>();

  validate(specification: JsonObject, configuration: JsonObject): ValidationResult {
    try {
      const validate = this.compile(specification);
      return { faults: validate(configuration) ? [] : explainFaults(validate.errors ?? []) };
    } catch (error) {
      return { unusable: messageOf(error) };
    }
  }

  private compile(specification: JsonObject): ValidateFunction {
    const key = JSON.stringify(specification);
    const known = this.compiled.get(key);
    if (known !== undefined) return known;
    if (this.compiled.size >= MAX_COMPILED) this.compiled.clear();
    const validate = newAjv().compile(withoutDialect(specification));
    this.compiled.set(key, validate);
    return validate;
  }
}

/** Specifications use several drafts of JSON schema, and keywords and formats of Airbyte. Unknown ones are ignored. */
function newAjv(): Ajv {
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    validateSchema: false,
    logger: false,
    unicodeRegExp: false,
    code: { regExp: tolerantRegExp },
  });
  addFormats(ajv);
  return ajv;
}

/** Ajv knows the URI of one draft only. The differences do not matter for specifications. */
function withoutDialect(specification: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(specification).filter(([keyword]) => !['$schema', '$id', 'id'].includes(keyword)),
  );
}

/** A pattern in the syntax of another language is ignored; the connector's own check remains. */
const tolerantRegExp = Object.assign(
  (pattern: string, flags: string): RegExp => {
    try {
      return new RegExp(pattern, flags);
    } catch (error) {
      if (error instanceof SyntaxError) return /^/;
      throw error;
    }
  },
  { code: 'new RegExp' },
);
