import { arrayAt, isObject, objectAt, type JsonObject } from '../platform/json';

/** Replaces secrets in responses and logs, as in Airbyte. */
export const MASK = '**********';

/** Names of secrets, independent of the specification. */
const SECRET_NAME = /passw(or)?d|passphrase|secret|token|api_?key|private_?key|credentials_json/i;
/** Whether a member is a secret by its name. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Masking shorter values would hide unrelated parts of a log. */
const SHORTEST_REDACTED = 4;

/** Masks members that the specification marks as secret, or that are named like secrets. */
export function maskConfiguration(configuration: JsonObject, specification: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(configuration).map(([name, value]) => [
      name,
      maskValue(name, value, schemasOf(specification, name)),
    ]),
  );
}

function maskValue(name: string, value: unknown, schemas: readonly JsonObject[]): unknown {
  const isMarked = schemas.some(isMarkedSecret);
  const secret = isSecretName(name) || isMarked;
  if (isObject(value)) {
    return isMarked ? MASK : maskConfiguration(value, { anyOf: schemas });
  }
  if (Array.isArray(value)) {
    const items = schemas.map((schema) => schema['items']).filter(isObject);
    return value.map((item: unknown) => maskValue(name, item, items));
  }
  return secret && typeof value !== 'boolean' && value !== null ? MASK : value;
}

function isMarkedSecret(schema: JsonObject): boolean {
  const alternatives = ['oneOf', 'anyOf', 'allOf'].flatMap((word) => arrayAt(schema, word)).filter(isObject);
  return schema['airbyte_secret'] === true || alternatives.some(isMarkedSecret);
}

/** All schemas of a member, including those in alternatives. */
function schemasOf(specification: JsonObject, name: string): JsonObject[] {
  const alternatives = ['oneOf', 'anyOf', 'allOf']
    .flatMap((word) => arrayAt(specification, word))
    .filter(isObject);
  const own = objectAt(objectAt(specification, 'properties') ?? {}, name);
  const other = objectAt(specification, 'additionalProperties');
  return [...[own ?? other].filter(isObject), ...alternatives.flatMap((schema) => schemasOf(schema, name))];
}

/** The secret values of a configuration: those that its masked form masks. */
export function secretsOf(configuration: unknown, shown: unknown): string[] {
  if (shown === MASK)
    return stringsIn(configuration).filter((value) => value !== MASK && value.length >= SHORTEST_REDACTED);
  if (Array.isArray(configuration) && Array.isArray(shown)) {
    return configuration.flatMap((item: unknown, index) => secretsOf(item, shown[index]));
  }
  if (!isObject(configuration) || !isObject(shown)) return [];
  return Object.entries(configuration).flatMap(([name, value]) => secretsOf(value, shown[name]));
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  return isObject(value) ? Object.values(value).flatMap(stringsIn) : [];
}
