import { CsvFault, readRow, type CsvMarks } from './csv-row';
import type { CsvOptions } from './reader-options';

/** The separators that a wrong one is compared with. */
const SEPARATORS = [',', ';', '\t', '|'];

/**
 * The reason to refuse the separator of a header without quotes, or null. A wrong separator gives one column whose values are
 * complete lines, or splits decimals. A separator that was not chosen is refused if the header has more of another one. A chosen one
 * is refused only if the header does not have it.
 */
export function faultOfSeparator(values: readonly string[], options: CsvOptions): string | null {
  const { isSeparatorGiven, separator, names, headerRow } = options;
  const own = values.length - 1;
  // A row of data may have any text in its values.
  if (headerRow === null && own > 0) return null;
  if (isSeparatorGiven && (own > 0 || separator === ',' || names !== null || headerRow === null)) return null;
  const text = values.join('\n');
  const counts = othersThan(separator).map((other) => ({ other, count: text.split(other).length - 1 }));
  const { other, count } = counts.reduce((most, next) => (next.count > most.count ? next : most));
  if (count <= own) return null;
  const has =
    own === 0
      ? `it has one name that contains ${JSON.stringify(other)}`
      : `it has ${count} of ${JSON.stringify(other)} and ${own} of ${JSON.stringify(separator)}`;
  const otherwise = isSeparatorGiven
    ? 'or its only name as names, with {"header": 0}, if it is one column'
    : own === 0
      ? `or ${withSeparator(options, ',')} if it is one column`
      : `or ${withSeparator(options, separator)} if that is right`;
  return `${has}; set ${withSeparator(options, other)} in reader_options, ${otherwise}`;
}

/** The hint for a header that is valid CSV only with another separator, or an empty text. */
export function separatorHint(text: string, start: number, marks: CsvMarks, options: CsvOptions): string {
  let best = { other: '', count: 1 };
  for (const other of othersThan(options.separator)) {
    if (other === options.quote || other === options.escape) continue;
    const row = readRow(text, start, { ...marks, separator: other });
    if (row !== null && !(row instanceof CsvFault) && row.values.length > best.count)
      best = { other, count: row.values.length };
  }
  if (best.other === '') return '';
  return `; set ${withSeparator(options, best.other)} in reader_options, with which it has ${best.count} names`;
}

function othersThan(separator: string): string[] {
  return SEPARATORS.filter((other) => other !== separator);
}

/** The options of the configuration with another separator, as they are to be sent. */
function withSeparator({ given }: CsvOptions, sep: string): string {
  const others = Object.entries(given).filter(([name]) => name !== 'sep' && name !== 'delimiter');
  return JSON.stringify({ ...Object.fromEntries(others), sep });
}
