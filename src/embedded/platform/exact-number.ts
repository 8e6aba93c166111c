/** An exact decimal number: `0.digits × 10^exponent`. Zero has no digits. */
interface Decimal {
  readonly negative: boolean;
  /** Without leading and trailing zeros. */
  readonly digits: string;
  readonly exponent: bigint;
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** The sum of this bound and an exponent within it has at most ten digits. */
const EXPONENT_BOUND = 4_000_000_000n;
const EXPONENT_DIGITS = 10;
/** Longer exponents are refused, because BigInt parsing takes quadratic time. */
const MAX_EXPONENT_CHARS = 20;

/** Parses a JSON number. Returns null for another text. */
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

/** The canonical text of a number of any size: the same for `1.0`, `1` and `10e-1`. Null if the text is not a number. */
export function canonicalNumber(text: string): string | null {
  const decimal = decimalOf(text);
  if (decimal === null) return null;
  const { negative, digits, exponent } = decimal;
  return digits === '' ? '0' : `${negative ? '-' : ''}${digits}e${exponent}`;
}

/**
 * A text whose byte order is the numeric order, without rounding. Null if the text is not a number or its exponent is
 * out of range.
 */
export function sortableNumber(text: string): string | null {
  const decimal = decimalOf(text);
  if (decimal === null) return null;
  const { negative, digits, exponent } = decimal;
  if (digits === '') return '1';
  if (exponent >= EXPONENT_BOUND || exponent <= -EXPONENT_BOUND) return null;
  const magnitude = String(exponent + EXPONENT_BOUND).padStart(EXPONENT_DIGITS, '0') + digits;
  // Negative numbers sort in reverse: complemented digits, and `~` so a shorter number follows a longer one.
  return negative ? `0${magnitude.replace(/\d/g, (digit) => String(9 - Number(digit)))}~` : `2${magnitude}`;
}

/** Whether a double represents a number without losing digits. */
export function isExactDouble(text: string, double: number): boolean {
  return Number.isFinite(double) && canonicalNumber(text) === canonicalNumber(String(double));
}
