import type { Now } from '../platform/log';
import type { LogEvent, LogLevel, LogSource } from '../store/attempt-logs';
import { MAX_FAILURE_CHARACTERS, MAX_LOG_CHARACTERS, MAX_LOG_EVENTS } from './limits';

/** A longer text is cut before its secrets are masked, to bound the time. */
const MAX_RAW_CHARACTERS = 16 * 1024;

interface Entry {
  readonly raw: LogEvent;
  readonly size: number;
  shown: LogEvent | null;
}

/**
 * The log of a running attempt: events of the engine and of both connectors. It keeps the newest ones. Secrets are masked
 * when events are read, because masking every line of a verbose connector would slow down the sync.
 */
export class AttemptLog {
  private entries: Entry[] = [];
  private characters = 0;
  private dropped = 0;
  private redact: (text: string) => string = (text) => text;

  constructor(private readonly now: Now) {}

  /** Masks secrets with this function from now on, also in earlier events. */
  redactWith(redact: (text: string) => string): void {
    this.redact = redact;
  }

  add(source: LogSource, level: LogLevel, message: string, stackTrace?: string): void {
    const raw: LogEvent = {
      atMs: this.now().getTime(),
      source,
      level,
      message: message.slice(0, MAX_RAW_CHARACTERS),
      ...(stackTrace === undefined ? {} : { stackTrace: stackTrace.slice(0, MAX_RAW_CHARACTERS) }),
    };
    const size = Math.min(MAX_FAILURE_CHARACTERS, message.length) + (raw.stackTrace?.length ?? 0);
    this.entries.push({ raw, size, shown: null });
    this.characters += size;
    // In one go for many events: moving the rest of the list for each event would be slow.
    if (this.entries.length >= 2 * MAX_LOG_EVENTS || this.characters > 2 * MAX_LOG_CHARACTERS) this.trim();
  }

  /** The newest events, oldest first, with secrets masked. */
  events(): LogEvent[] {
    this.trim();
    const events = this.entries.map((entry) => (entry.shown ??= this.masked(entry.raw)));
    const [first] = events;
    if (this.dropped === 0 || first === undefined) return events;
    const message = `${this.dropped} earlier events were dropped.`;
    return [{ atMs: first.atMs, source: 'platform', level: 'info', message }, ...events];
  }

  private trim(): void {
    let from = Math.max(0, this.entries.length - MAX_LOG_EVENTS);
    let kept = this.entries.slice(from).reduce((sum, { size }) => sum + size, 0);
    for (; kept > MAX_LOG_CHARACTERS && from < this.entries.length; from++)
      kept -= this.entries[from]?.size ?? 0;
    if (from === 0) return;
    this.entries = this.entries.slice(from);
    this.characters = kept;
    this.dropped += from;
  }

  private masked(event: LogEvent): LogEvent {
    const shown = (text: string): string => this.redact(text).slice(0, MAX_FAILURE_CHARACTERS);
    return {
      ...event,
      message: shown(event.message),
      ...(event.stackTrace === undefined ? {} : { stackTrace: shown(event.stackTrace) }),
    };
  }
}
