/** Splits an expression of Airbyte's API into its fields and its time zone. */

export interface StoredExpression {
  readonly fields: readonly string[];
  readonly timeZone: string;
}

const DEFAULT_ZONE = 'UTC';

/**
 * Airbyte returns `<expression> <zone>`. The last of seven words is the zone if it begins with a letter,
 * because a year never does. The last of eight or more is the zone. Six words have no zone, which means UTC.
 */
export function splitStored(text: string): StoredExpression {
  const words = text.trim().split(/\s+/);
  const last = words.at(-1) ?? '';
  const hasZone = words.length > 7 || (words.length === 7 && /^[A-Za-z]/.test(last));
  return hasZone ? { fields: words.slice(0, -1), timeZone: last } : { fields: words, timeZone: DEFAULT_ZONE };
}
