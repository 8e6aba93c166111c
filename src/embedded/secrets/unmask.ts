import { isObject, type JsonObject } from '../platform/json';
import { MASK } from './mask';

/**
 * A configuration as it was sent, with the stored secrets in the place of masks: a caller that sends back what it read
 * keeps the secrets.
 * @param stored the configuration until now
 * @param shown the same with its secrets masked
 */
export function restoreSecrets(sent: JsonObject, stored: JsonObject, shown: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(sent).map(([name, value]) => [name, restoreValue(value, stored[name], shown[name])]),
  );
}

function restoreValue(sent: unknown, stored: unknown, shown: unknown): unknown {
  if (sent === MASK && shown === MASK) return stored;
  if (isObject(sent) && isObject(stored) && isObject(shown)) return restoreSecrets(sent, stored, shown);
  if (Array.isArray(sent) && Array.isArray(stored) && Array.isArray(shown))
    return sent.map((item: unknown, index) => restoreValue(item, stored[index], shown[index]));
  return sent;
}

/** The path of a secret that is nothing but a mask, or null: it was copied from an answer. */
export function maskedSecret(configuration: unknown, shown: unknown, path = ''): string | null {
  if (configuration === MASK && shown === MASK) return path;
  if (Array.isArray(configuration) && Array.isArray(shown)) {
    return firstFound(configuration, (item, index) => maskedSecret(item, shown[index], `${path}[${index}]`));
  }
  if (!isObject(configuration) || !isObject(shown)) return null;
  return firstFound(Object.entries(configuration), ([name, value]) =>
    maskedSecret(value, shown[name], path === '' ? name : `${path}.${name}`),
  );
}

function firstFound<T>(items: readonly T[], find: (item: T, index: number) => string | null): string | null {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== null) return found;
  }
  return null;
}

/** A change merged into a configuration as Airbyte does it: objects member by member, anything else replaced. */
export function mergeConfiguration(stored: JsonObject, change: JsonObject): JsonObject {
  const merged = Object.entries(change).map(([name, value]): [string, unknown] => {
    const before = Object.hasOwn(stored, name) ? stored[name] : undefined;
    return [name, isObject(value) && isObject(before) ? mergeConfiguration(before, value) : value];
  });
  return { ...stored, ...Object.fromEntries(merged) };
}
