/** A decimal number, exactly: `0.digits × 10^exponent`. Zero has no digits. */
interface Decimal {
  readonly negative: boolean;
  /** Without zeros at either end. */
  readonly digits: string;
  readonly exponent: bigint;
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** An exponent within this bound has ten digits once the bound is added to it. */
const EXPONENT_BOUND = 4_000_000_000n;
const EXPONENT_DIGITS = 10;
/** No exponent that a caller needs has more digits, and longer ones would take long to parse. */
const MAX_EXPONENT_CHARS = 20;

/** Reads a JSON number, or returns null for another text. */
function decimalOf(text: string): Decimal | null {
  const [, sign, whole = '', fraction = '', power = '0'] = NUMBER.exec(text) ?? [];
  if (sign === undefined) return null;
  const all = whole + fraction;
  const significant = all.replace(/^0+/, '');
  const digits = significant.replace(/0+$/, '');
  if (digits === '') return { negative: false, digits, exponent: 0n };
  const shift = BigInt(whole.length - (all.length - significant.length));
  if (power.length > MAX_EXPONENT_CHARS) return null;
  return { negative: sign === '-', digits, exponent: BigInt(power) + shift };
}

/** One spelling for equal numbers, of any size: `1.0`, `1` and `10e-1` are one. Null for a text that is no number. */
export function canonicalNumber(text: string): string | null {
  const decimal = decimalOf(text);
  if (decimal === null) return null;
  const { negative, digits, exponent } = decimal;
  return digits === '' ? '0' : `${negative ? '-' : ''}${digits}e${exponent}`;
}

/**
 * A text whose order by bytes is the order of the numbers, without rounding; null for what is no number, or has an
 * exponent beyond any use.
 */
export function sortableNumber(text: string): string | null {
  const decimal = decimalOf(text);
  if (decimal === null) return null;
  const { negative, digits, exponent } = decimal;
  if (digits === '') return '1';
  if (exponent >= EXPONENT_BOUND || exponent <= -EXPONENT_BOUND) return null;
  const magnitude = String(exponent + EXPONENT_BOUND).padStart(EXPONENT_DIGITS, '0') + digits;
  // Of two negative numbers the one with the smaller magnitude is greater, and of equal beginnings the shorter one.
  return negative ? `0${magnitude.replace(/\d/g, (digit) => String(9 - Number(digit)))}~` : `2${magnitude}`;
}

/** Whether a double holds a number so that it can be printed with all digits that it was written with. */
export function isExactDouble(text: string, double: number): boolean {
  return Number.isFinite(double) && canonicalNumber(text) === canonicalNumber(String(double));
}
