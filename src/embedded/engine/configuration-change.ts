import { canonicalJson, type JsonObject } from '../platform/json';

/**
 * The stored configuration, merged with a new one of a connector (three-way merge). A user may have changed the stored one
 * since the connector started, so a member is taken from the connector only if the user did not change it.
 * @param known the configuration that the connector started with, or the last one that it sent
 */
export function withChangeOf(known: JsonObject, sent: JsonObject, stored: JsonObject): JsonObject {
  const result = new Map(Object.entries(stored));
  for (const name of new Set([...Object.keys(known), ...Object.keys(sent)])) {
    const before = memberOf(known, name);
    if (memberOf(sent, name) === before || memberOf(stored, name) !== before) continue;
    if (Object.hasOwn(sent, name)) result.set(name, sent[name]);
    else result.delete(name);
  }
  return Object.fromEntries(result);
}

/** Canonical JSON of a member, null if it is missing. */
function memberOf(of: JsonObject, name: string): string | null {
  return Object.hasOwn(of, name) ? canonicalJson(of[name]) : null;
}
