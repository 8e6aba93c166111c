import { useEffect, useState } from 'preact/hooks';

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
const NUMBER = new Intl.NumberFormat('en');
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const READER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** For example `12 minutes ago` or `in 3 hours`. */
export function relative(iso: string, nowMs: number): string {
  const ms = Date.parse(iso) - nowMs;
  const size = Math.abs(ms);
  if (size < MINUTE_MS) return ms < 0 ? 'just now' : 'in less than a minute';
  if (size < HOUR_MS) return RELATIVE.format(Math.trunc(ms / MINUTE_MS), 'minute');
  if (size < 2 * DAY_MS) return RELATIVE.format(Math.trunc(ms / HOUR_MS), 'hour');
  return RELATIVE.format(Math.trunc(ms / DAY_MS), 'day');
}

/** For example `12 minutes ago`. A moment that is younger than `nowMs`, which is a little old, is `just now`. */
export function ago(iso: string, nowMs: number): string {
  return relative(iso, Math.max(nowMs, Date.parse(iso) + 1));
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** For example `Mon 30 Nov 2026, 14:05`. */
export function moment(iso: string, timeZone = READER_ZONE): string {
  const format =
    FORMATS.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      timeZone,
    });
  FORMATS.set(timeZone, format);
  return format.format(new Date(iso));
}

/** For example `Sunday 28 March 2027`. */
export function day(date: Date, timeZone: string): string {
  return date.toLocaleDateString('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone,
  });
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return s % 60 === 0 ? `${minutes} min` : `${minutes} min ${s % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}

export function count(value: number): string {
  return NUMBER.format(value);
}

export function shortCount(value: number): string {
  return value < 10_000 ? NUMBER.format(value) : COMPACT.format(value);
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  const size = value / 1000 ** power;
  return `${size.toFixed(power > 0 && size < 10 ? 1 : 0)} ${units[power] ?? ''}`;
}

/** `full_refresh_overwrite` as `full refresh overwrite`. */
export function words(name: string): string {
  return name.replaceAll(/[_.]/g, ' ');
}

/** The current time, which is updated every `intervalMs`. */
export function useNow(intervalMs = 15_000): number {
  const [nowMs, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, intervalMs);
    return () => {
      clearInterval(timer);
    };
  }, [intervalMs]);
  return nowMs;
}
