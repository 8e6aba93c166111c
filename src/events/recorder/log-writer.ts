import type { EventDraft, EventStore, KnownRow, LogProgress, LogState } from '../log/event-store';
import { type KnownIngestion, readKnown, writeKnown } from './known-ingestion';

/** Rows of one change. Redis does nothing else while it stores them. */
const MAX_ROWS = 100;

/** Facts about one ingestion that are stored together. */
interface Entry {
  readonly drafts: EventDraft[];
  known: KnownIngestion | null;
}

/** Writes the log of a process that is its only writer, and remembers what is in it. */
export class LogWriter {
  readonly known = new Map<string, KnownIngestion>();
  private current: LogProgress | null;
  private entries = new Map<string, Entry>();

  constructor(
    private readonly store: EventStore,
    { known, progress }: LogState,
    /** Number of a read that began after the state was loaded. Older reads may be older than the state. */
    readonly firstRead: number,
  ) {
    this.current = progress;
    for (const { connectionId, content } of known) {
      const parsed = readKnown(content);
      if (parsed) this.known.set(connectionId, parsed);
    }
  }

  get progress(): LogProgress | null {
    return this.current;
  }

  get hasBegun(): boolean {
    return this.current !== null;
  }

  /** The state of an ingestion after all events, also those that are not yet stored. */
  knownOf(connectionId: string): KnownIngestion | null {
    return this.entries.get(connectionId)?.known ?? this.known.get(connectionId) ?? null;
  }

  add(connectionId: string, drafts: readonly EventDraft[], known: KnownIngestion | null = null): void {
    const entry = this.entries.get(connectionId) ?? { drafts: [], known: null };
    entry.drafts.push(...drafts);
    entry.known = known ?? entry.known;
    this.entries.set(connectionId, entry);
  }

  /** Stores what was added. The state of an ingestion is stored with or after its events, so none is lost. */
  async flush(progress: LogProgress): Promise<void> {
    const parts = partsOf(this.entries);
    this.entries = new Map();
    const before = this.current ?? progress;
    const isNew = this.current === null;
    for (const [index, part] of parts.entries())
      await this.append(part, index === parts.length - 1 ? progress : before);
    if (isNew && parts.length === 0) await this.append([], progress);
  }

  private async append(part: readonly [string, Entry][], progress: LogProgress): Promise<void> {
    const known: KnownRow[] = part.flatMap(([connectionId, entry]) =>
      entry.known ? [{ connectionId, content: writeKnown(entry.known) }] : [],
    );
    await this.store.append({ drafts: part.flatMap(([, { drafts }]) => drafts), known, progress });
    this.current = progress;
    for (const [connectionId, entry] of part) if (entry.known) this.known.set(connectionId, entry.known);
  }
}

/** Splits entries into parts of about the size that is stored together. */
function partsOf(entries: ReadonlyMap<string, Entry>): [string, Entry][][] {
  const parts: [string, Entry][][] = [];
  let rows = Infinity;
  const add = (connectionId: string, entry: Entry): void => {
    if (rows >= MAX_ROWS) {
      parts.push([]);
      rows = 0;
    }
    parts.at(-1)?.push([connectionId, entry]);
    rows += 1 + entry.drafts.length;
  };
  for (const [connectionId, { drafts, known }] of entries) {
    let from = 0;
    for (; from + MAX_ROWS < drafts.length; from += MAX_ROWS)
      add(connectionId, { drafts: drafts.slice(from, from + MAX_ROWS), known: null });
    add(connectionId, { drafts: drafts.slice(from), known });
  }
  return parts;
}
