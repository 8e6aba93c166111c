import { nearestName } from '../../lib/nearest-name';

/** Values of other APIs and the equivalent values of this one. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ...['paused', 'disabled', 'off', 'false'].map((word) => [word, 'inactive'] as const),
  ...['enabled', 'on', 'true', 'running'].map((word) => [word, 'active'] as const),
  ...['success', 'successful', 'completed', 'complete', 'done'].map((word) => [word, 'succeeded'] as const),
  ...['error', 'errored', 'failure'].map((word) => [word, 'failed'] as const),
  ...['stopped', 'aborted'].map((word) => [word, 'cancelled'] as const),
  ...['in_progress', 'in-progress', 'started'].map((word) => [word, 'running'] as const),
  ...['ok', 'good', 'green'].map((word) => [word, 'healthy'] as const),
  ...['interval', 'every', 'hourly'].map((word) => [word, 'basic'] as const),
  ['none', 'manual'],
  ['late', 'running_late'],
]);
/** A shorter prefix matches too many values. */
const MIN_PREFIX_LENGTH = 4;

/** Returns the enum values that are probably meant: a different spelling, a synonym, or values with this prefix. */
export function nearestEnumValues(value: unknown, words: readonly string[]): readonly string[] {
  if (typeof value !== 'string' && typeof value !== 'boolean') return [];
  const text = String(value).trim().toLowerCase();
  const synonym = SYNONYMS.get(text);
  const one = nearestName(text, words) ?? words.find((word) => word === synonym);
  if (one !== undefined) return [one];
  return text.length < MIN_PREFIX_LENGTH ? [] : words.filter((word) => word.startsWith(text));
}
