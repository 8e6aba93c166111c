import { canonicalJson, type JsonObject } from '../platform/json';

/**
 * The configuration after a connector has sent one back. A connector knows the one that it was started with, and a user
 * may have changed the stored one since. So a member is taken from the connector only
 * where the connector alone has changed it: a new token is kept, and so is what the user sent.
 * @param known the configuration that the connector has, or the last one that it sent back
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

/** One text for equal values, null for a member that is missing. */
function memberOf(of: JsonObject, name: string): string | null {
  return Object.hasOwn(of, name) ? canonicalJson(of[name]) : null;
}
