import { isObject, type JsonObject } from '../platform/json';
import { MASK } from './mask';

/**
 * Replaces masks in a new configuration by the stored secrets, so that a client can send back a configuration that it read.
 * @param stored the current configuration
 * @param shown its masked form
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

/** The path of a secret that is a mask, copied from a response; null if there is none. */
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

/** Merges a change into a configuration as Airbyte does: objects are merged, other values replaced. */
export function mergeConfiguration(stored: JsonObject, change: JsonObject): JsonObject {
  const merged = Object.entries(change).map(([name, value]): [string, unknown] => {
    const before = Object.hasOwn(stored, name) ? stored[name] : undefined;
    return [name, isObject(value) && isObject(before) ? mergeConfiguration(before, value) : value];
  });
  return { ...stored, ...Object.fromEntries(merged) };
}
