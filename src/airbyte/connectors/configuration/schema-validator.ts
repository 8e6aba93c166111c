import { createContext, Script } from 'node:vm';
import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FieldErrorDto } from '../../../api/problem/problem.dto';
import { MAX_FIELD_ERRORS } from '../../../api/problem/problem.exception';
import type { Members } from '../../client/model/parse';
import { schemaErrors } from './schema-errors';
import { relevantErrors } from './union-errors';

/**
 * Limit of one validation, which blocks other requests. It takes a few milliseconds, unless a pattern of a connector backtracks
 * without end. Such a schema is not used again.
 */
const TIME_LIMIT_MS = 2000;

/** Null: the schema cannot be evaluated. */
const compiled = new WeakMap<Members, ValidateFunction | null>();

const RUN = new Script('run()');

/**
 * The errors of a configuration; null if the schema cannot be evaluated. Then only Airbyte validates it.
 * @param timeLimitMs ends patterns that backtrack without end
 */
export function validateConfiguration(
  schema: Members,
  configuration: Members,
  timeLimitMs = TIME_LIMIT_MS,
): readonly FieldErrorDto[] | null {
  const known = compiled.get(schema);
  if (known === null) return null;
  const found: ErrorObject[] = [];
  const run = (): void => {
    const validate = known ?? newAjv().compile(withoutDialect(schema));
    compiled.set(schema, validate);
    if (!validate(configuration)) found.push(...(validate.errors ?? []));
  };
  try {
    // The limit also ends code of this context, such as a regular expression.
    RUN.runInContext(createContext({ run }), { timeout: timeLimitMs });
  } catch {
    // The schema is not valid, refers to another document, or takes too long.
    compiled.set(schema, null);
    return null;
  }
  return schemaErrors(relevantErrors(found)).slice(0, MAX_FIELD_ERRORS);
}

/** Specifications use several drafts of JSON schema, with keywords and formats of Airbyte. Unknown ones are ignored. */
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
function withoutDialect(schema: Members): Members {
  return Object.fromEntries(
    Object.entries(schema).filter(([keyword]) => !['$schema', '$id', 'id'].includes(keyword)),
  );
}

/** A pattern in the syntax of another language is ignored. The connector itself still checks the value. */
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
