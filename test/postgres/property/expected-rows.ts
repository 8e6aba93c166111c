import { canonicalMembers } from '../../corpus/exact-json';
import type { Row } from './random-table';

export type SyncMode =
  'full_refresh_overwrite' | 'full_refresh_append' | 'incremental_append' | 'incremental_deduped_history';

/** A record as in JSON, with nulls. */
function recordOf({ cells }: Row): string {
  return `{${[...cells].map(([name, { json }]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
}

/** The canonical form of a record without nulls, which a destination may omit. */
export function canonicalRow(record: string): string {
  return [...canonicalMembers(record)]
    .map(([name, value]) => `${JSON.stringify(name)}:${value}`)
    .sort()
    .join(',');
}

/** The position of an incremental read, by the rules in docs/embedded.md. */
interface Position {
  readonly cursor: number | null;
  /** The records with that cursor value. */
  readonly same: string;
  readonly nulls: number;
}

/** The rows that a connection must have written to its destination. */
export class ExpectedRows {
  private kept: string[] = [];
  private readonly newest = new Map<number, string>();
  private position: Position | null = null;

  constructor(readonly mode: SyncMode) {}

  /** The effect of a sync, and the number of records that it reads. */
  sync(source: readonly Row[]): number {
    const read = this.mode.startsWith('incremental') ? this.readIncrementally(source) : source;
    const rows = read.map((row) => canonicalRow(recordOf(row)));
    if (this.mode === 'full_refresh_overwrite') this.kept = rows;
    else if (this.mode === 'incremental_deduped_history')
      read.forEach(({ id }, index) => this.newest.set(id, rows[index] ?? ''));
    else this.kept.push(...rows);
    return read.length;
  }

  get rows(): string[] {
    return [...(this.mode === 'incremental_deduped_history' ? this.newest.values() : this.kept)].sort();
  }

  private readIncrementally(source: readonly Row[]): Row[] {
    const { position } = this;
    const nulls = source.filter(({ cursor }) => cursor === null);
    const valued = source.filter(({ cursor }) => cursor !== null);
    const recordsAt = (at: number | null): string =>
      JSON.stringify(
        valued
          .filter(({ cursor }) => cursor === at)
          .map(recordOf)
          .sort(),
      );
    const from = position?.cursor ?? null;
    const readsNulls = position === null || position.nulls === 0;
    const isChanged = from !== null && recordsAt(from) !== position?.same;
    const newer = valued.filter(
      ({ cursor }) => from === null || (cursor ?? 0) > from || (isChanged && cursor === from),
    );
    const last = newer.length === 0 ? from : Math.max(...newer.map(({ cursor }) => cursor ?? 0));
    this.position = {
      cursor: last,
      same: newer.length === 0 ? (position?.same ?? '') : recordsAt(last),
      nulls: (position?.nulls ?? 0) + (readsNulls ? nulls.length : 0),
    };
    return [...(readsNulls ? nulls : []), ...newer.sort((a, b) => (a.cursor ?? 0) - (b.cursor ?? 0))];
  }
}
