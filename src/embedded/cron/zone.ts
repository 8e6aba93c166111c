const HOUR_MS = 3_600_000;
/** Formatters take about 50 kB each. */
const MAX_FORMATTERS = 100;

const formatters = new Map<string, Intl.DateTimeFormat>();

/** The instant of a time of day in a zone, or the end of the gap that skips it, as a time of day. */
type Resolved = { readonly instantMs: number } | { readonly gapEndMs: number };

/** Whether a name is that of a time zone, spelled as in the time zone database. Offsets such as `+02:00` are not names. */
export function isZone(name: string): boolean {
  const formatter = /^[A-Za-z]/.test(name) ? formatterOf(name) : null;
  if (formatter === null) return false;
  // Intl ignores the case, and returns the canonical name, which may differ from an alias.
  const canonical = formatter.resolvedOptions().timeZone;
  return canonical === name || canonical.toLowerCase() !== name.toLowerCase();
}

/** The difference in milliseconds between the time of day in a zone and UTC at an instant. */
export function offsetAt(zone: string, instantMs: number): number {
  if (zone === 'UTC') return 0;
  const formatter = formatterOf(zone);
  if (formatter === null) throw new RangeError(`${zone} is not a time zone`);
  const wholeMs = Math.floor(instantMs / 1000) * 1000;
  const parts = new Map(formatter.formatToParts(wholeMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return (
    Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) -
    wholeMs
  );
}

/**
 * The instant of a time of day. Like Java's Calendar, which Quartz uses, it takes the later instant of a time that occurs
 * twice.
 * @param wallMs the time of day as if it were UTC
 */
export function resolveTimeOfDay(zone: string, wallMs: number): Resolved {
  // Offsets lie between -12 and +14 hours, so these instants are on either side of the time.
  const [fromMs, toMs] = [wallMs - 15 * HOUR_MS, wallMs + 13 * HOUR_MS];
  const [before, after] = [offsetAt(zone, fromMs), offsetAt(zone, toMs)];
  const found = [wallMs - before, wallMs - after].filter((ms) => ms + offsetAt(zone, ms) === wallMs);
  if (found.length > 0) return { instantMs: Math.max(...found) };
  return { gapEndMs: firstWith(zone, after, fromMs, toMs) + after };
}

/** The first second between two instants that has an offset. */
function firstWith(zone: string, offset: number, fromMs: number, toMs: number): number {
  let [low, high] = [fromMs, toMs];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetAt(zone, middle) === offset) high = middle;
    else low = middle;
  }
  return high;
}

function formatterOf(zone: string): Intl.DateTimeFormat | null {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  try {
    const formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    if (formatters.size >= MAX_FORMATTERS) formatters.clear();
    formatters.set(zone, formatter);
    return formatter;
  } catch (error) {
    // Intl throws it for an unknown name.
    if (error instanceof RangeError) return null;
    throw error;
  }
}
