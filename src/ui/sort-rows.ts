import { HEALTHS } from './health';
import type { Row } from './ingestions';

export interface Order {
  readonly by: 'health' | 'name' | 'lastSync' | 'nextSync' | 'rows';
  readonly isDescending: boolean;
}

const NAMES = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Rows without a value come last in either direction. Equal rows are ordered by name. */
export function sortRows(rows: readonly Row[], { by, isDescending }: Order): Row[] {
  const direction = isDescending ? -1 : 1;
  return [...rows].sort((a, b) => {
    if (by === 'name') return direction * byName(a, b);
    const [one, other] = [keyOf(a, by), keyOf(b, by)];
    if (one === other) return byName(a, b);
    if (one === null || other === null) return one === null ? 1 : -1;
    return direction * (one < other ? -1 : 1);
  });
}

function keyOf({ item, status }: Row, by: Exclude<Order['by'], 'name'>): number | null {
  if (by === 'health') return HEALTHS.indexOf(item.health);
  if (by === 'rows') return status?.lastRun?.rows ?? null;
  const iso = item[by];
  return iso === null ? null : Date.parse(iso);
}

function byName(a: Row, b: Row): number {
  return NAMES.compare(a.item.name, b.item.name) || (a.item.connectionId < b.item.connectionId ? -1 : 1);
}
