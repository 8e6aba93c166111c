/** A decimal with all its digits. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return String(unscaled) + (unscaled === 0n ? '' : '0'.repeat(-scale));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** A big-endian integer in two's complement. */
export function bigEndian(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  return BigInt.asIntN(bytes.length * 8, value);
}

/** A number as JSON. NaN and infinities become texts, as in Postgres' JSON. */
export function doubleText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0.0' : String(value);
  return `"${Number.isNaN(value) ? 'NaN' : String(value)}"`;
}

/** The shortest decimal for a single-precision number: 0.1 instead of 0.10000000149011612. */
export function floatText(value: number): string {
  // Rounding would lose the sign.
  if (Object.is(value, -0)) return doubleText(value);
  for (let digits = 6; digits < 9 && Number.isFinite(value); digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return doubleText(short);
  }
  return doubleText(Number.isFinite(value) ? Number(value.toPrecision(9)) : value);
}

/** Decodes an IEEE 754 half-precision number. */
export function halfOf(bytes: Uint8Array): number {
  const bits = Buffer.from(bytes).readUInt16LE(0);
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return (
    sign * (exponent === 0 ? 2 ** -14 * (fraction / 1024) : 2 ** (exponent - 15) * (1 + fraction / 1024))
  );
}
