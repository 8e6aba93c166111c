/**
 * Time zones: UTC offsets and wall-clock conversion. Offsets come from Intl and are cached in blocks of about
 * six days, because each Intl call costs microseconds.
 */

/** Shorter than the time between any two clock changes in the time zone database. */
const BLOCK_MS = 2 ** 29;
const MAX_BLOCKS = 4096;
const HOUR_MS = 3_600_000;

interface Block {
  /** Offset from UTC in ms at the block's start, and from `changeMs` on. */
  readonly before: number;
  readonly after: number;
  /** First instant of the new offset; Infinity without a clock change. */
  readonly changeMs: number;
}

export interface Zone {
  /** The name as it was given. */
  readonly name: string;
  /** Offset from UTC in ms at an instant: wall clock minus UTC. */
  offsetAt(instantMs: number): number;
}

/** Result for a wall-clock time: an instant, or the end of the gap that contains it (wall clock). */
export type Resolution = { kind: 'instant'; instantMs: number } | { kind: 'gap'; endWallMs: number };

export const UTC: Zone = { name: 'UTC', offsetAt: () => 0 };
const zones = new Map<string, Zone>();

function formatterOf(name: string): Intl.DateTimeFormat | null {
  if (!/^[A-Za-z]/.test(name)) return null;
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function measureOffset(formatter: Intl.DateTimeFormat, instantMs: number): number {
  const whole = Math.floor(instantMs / 1000) * 1000;
  const numbers = formatter.format(whole).match(/\d+/g) ?? [];
  const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = numbers.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
}

/** First instant in (startMs, endMs] with the offset of the end. */
function findChange(offset: (ms: number) => number, startMs: number, endMs: number): number {
  const after = offset(endMs);
  let low = startMs;
  let high = endMs;
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offset(middle) === after) high = middle;
    else low = middle;
  }
  return high;
}

function makeZone(name: string, formatter: Intl.DateTimeFormat): Zone {
  const blocks = new Map<number, Block>();
  const measure = (ms: number): number => measureOffset(formatter, ms);
  function blockOf(index: number): Block {
    const startMs = Math.ceil((index * BLOCK_MS) / 1000) * 1000;
    const endMs = Math.ceil(((index + 1) * BLOCK_MS) / 1000) * 1000;
    const before = blocks.get(index - 1)?.after ?? measure(startMs);
    const after = blocks.get(index + 1)?.before ?? measure(endMs);
    const changeMs = before === after ? Infinity : findChange(measure, startMs, endMs);
    return { before, after, changeMs };
  }
  function offsetAt(instantMs: number): number {
    const index = Math.floor(instantMs / BLOCK_MS);
    let block = blocks.get(index);
    if (!block) {
      if (blocks.size >= MAX_BLOCKS) blocks.clear();
      block = blockOf(index);
      blocks.set(index, block);
    }
    return instantMs < block.changeMs ? block.before : block.after;
  }
  return { name, offsetAt };
}

/** Finds a zone by IANA name, case-insensitive; null if unknown. Offsets such as `+02:00` are not names. */
export function findZone(name: string): Zone | null {
  if (name === 'UTC') return UTC;
  const key = name.toLowerCase();
  const known = zones.get(key);
  if (known) return known.name === name ? known : { ...known, name };
  const formatter = formatterOf(name);
  if (!formatter) return null;
  const zone = makeZone(name, formatter);
  zones.set(key, zone);
  return zone;
}

/**
 * The name with the case of the IANA list, which Intl ignores; null if it is no zone. Of an alias, such as `US/Pacific`, Intl
 * knows only the zone that it stands for, so it is returned as it is if its parts begin with capitals.
 */
export function zoneSpelling(name: string): string | null {
  const canonical = formatterOf(name)?.resolvedOptions().timeZone;
  if (canonical === undefined) return null;
  const isAlias = canonical.toLowerCase() !== name.toLowerCase();
  return isAlias && name.split('/').every((part) => /^[A-Z]/.test(part)) ? name : canonical;
}

/**
 * Resolves a wall-clock time as java.util.Calendar and Quartz do: the later of two instants; for a skipped
 * time, the end of the gap.
 */
export function resolveWallTime(zone: Zone, wallMs: number): Resolution {
  // Offsets are between -12 and +14 hours, so these two instants enclose every candidate.
  const before = zone.offsetAt(wallMs - 15 * HOUR_MS);
  const after = zone.offsetAt(wallMs + 13 * HOUR_MS);
  if (before === after) return { kind: 'instant', instantMs: wallMs - before };
  const candidates = [wallMs - before, wallMs - after].filter((ms) => ms + zone.offsetAt(ms) === wallMs);
  if (candidates.length > 0) return { kind: 'instant', instantMs: Math.max(...candidates) };
  const changeMs = findChange((ms) => zone.offsetAt(ms), wallMs - 15 * HOUR_MS, wallMs + 13 * HOUR_MS);
  return { kind: 'gap', endWallMs: changeMs + after };
}
