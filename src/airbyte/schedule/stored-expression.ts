/** Takes apart an expression as Airbyte's API gives it: the fields, and the time zone that it writes behind them. */

export interface StoredExpression {
  readonly fields: readonly string[];
  readonly timeZone: string;
}

const DEFAULT_ZONE = 'UTC';

/**
 * Airbyte answers `<expression> <zone>`. Of seven words the last is the zone if it begins with a letter, since a
 * year never does; of eight or more it is the zone; six have none, which means UTC.
 */
export function splitStored(text: string): StoredExpression {
  const words = text.trim().split(/\s+/);
  const last = words.at(-1) ?? '';
  const hasZone = words.length > 7 || (words.length === 7 && /^[A-Za-z]/.test(last));
  return hasZone ? { fields: words.slice(0, -1), timeZone: last } : { fields: words, timeZone: DEFAULT_ZONE };
}
