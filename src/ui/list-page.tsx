import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { count, useNow } from './format';
import { type Health, HEALTH_WORDS, HealthIcon, HEALTHS } from './health';
import type { Ingestions, Row, Snapshot } from './ingestions';
import { ListTable } from './list-table';
import { useObservable } from './observable';
import { ProblemNotice } from './problem';
import { linkTo } from './router';
import type { Session } from './session';
import { type Order, sortRows } from './sort-rows';

/** Filter and order survive a visit to one ingestion. */
const chosen: { search: string; healths: ReadonlySet<Health>; order: Order } = {
  search: '',
  healths: new Set(),
  order: { by: 'health', isDescending: false },
};

interface ListPageProps {
  readonly session: Session;
  readonly ingestions: Ingestions;
}

export function ListPage({ session, ingestions }: ListPageProps): JSX.Element {
  const snapshot = useObservable(ingestions.snapshot);
  const nowMs = useNow();
  const [search, setSearch] = useState(chosen.search);
  const [healths, setHealths] = useState(chosen.healths);
  const [order, setOrder] = useState(chosen.order);
  Object.assign(chosen, { search, healths, order });

  const all = useMemo(() => [...snapshot.rows.values()], [snapshot.rows]);
  const shown = useMemo(
    () =>
      sortRows(
        all.filter((row) => matches(row, search, healths)),
        order,
      ),
    [all, search, healths, order],
  );
  const toggle = (health: Health): void => {
    const next = new Set(healths);
    if (!next.delete(health)) next.add(health);
    setHealths(next);
  };

  return (
    <div class="list-page">
      <div class="heading">
        <h1 tabIndex={-1}>Ingestions</h1>
        <Freshness snapshot={snapshot} nowMs={nowMs} />
      </div>
      <Totals rows={all} chosen={healths} onToggle={toggle} />
      <div class="tools">
        <label class="search">
          <span class="hidden">Search by name or id</span>
          <input
            type="search"
            placeholder="Search by name or id"
            value={search}
            onInput={(event) => {
              setSearch(event.currentTarget.value);
            }}
          />
        </label>
        <SortSelect order={order} onOrder={setOrder} />
        <span class="quiet" role="status">
          {shown.length === all.length ? countOf(all.length) : `${shown.length} of ${countOf(all.length)}`}
        </span>
      </div>
      <ProblemNotice error={snapshot.error} />
      {all.length === 0 && snapshot.isComplete ? (
        <Nothing mayCreate={session.may('ingestion:write')} />
      ) : (
        <ListTable rows={shown} order={order} onOrder={setOrder} nowMs={nowMs} ingestions={ingestions} />
      )}
      {all.length > 0 && shown.length === 0 && <p class="empty">No ingestion matches this search.</p>}
    </div>
  );
}

function matches({ item }: Row, search: string, healths: ReadonlySet<Health>): boolean {
  if (healths.size > 0 && !healths.has(item.health)) return false;
  const text = search.trim().toLowerCase();
  return (
    text === '' || item.name.toLowerCase().includes(text) || item.connectionId.toLowerCase().includes(text)
  );
}

interface TotalsProps {
  readonly rows: readonly Row[];
  readonly chosen: ReadonlySet<Health>;
  readonly onToggle: (health: Health) => void;
}

/** The number of ingestions of each health. Each is a switch that filters the list. */
function Totals({ rows, chosen: pressed, onToggle }: TotalsProps): JSX.Element {
  const totals = new Map<Health, number>();
  for (const { item } of rows) totals.set(item.health, (totals.get(item.health) ?? 0) + 1);
  const present = HEALTHS.filter((health) => (totals.get(health) ?? 0) > 0 || pressed.has(health));
  return (
    <div class="totals" role="group" aria-label="Filter by health">
      {present.map((health) => (
        <button
          key={health}
          type="button"
          class={`total ${health}`}
          aria-pressed={pressed.has(health)}
          onClick={() => {
            onToggle(health);
          }}
        >
          <span class="number">{totals.get(health) ?? 0}</span>
          <span class="word">
            <HealthIcon health={health} />
            {HEALTH_WORDS[health]}
          </span>
        </button>
      ))}
    </div>
  );
}

function Freshness({
  snapshot,
  nowMs,
}: {
  readonly snapshot: Snapshot;
  readonly nowMs: number;
}): JSX.Element {
  const { isLive, readAtMs } = snapshot;
  if (isLive)
    return (
      <span class="freshness live">
        <i aria-hidden="true" /> Live
      </span>
    );
  const ageS = readAtMs === null ? null : Math.max(0, Math.round((nowMs - readAtMs) / 1000));
  return <span class="freshness">{ageS === null ? 'Loading…' : `Read ${ageS} s ago`}</span>;
}

const ORDERS: readonly (readonly [Order['by'], string])[] = [
  ['health', 'Health'],
  ['name', 'Name'],
  ['lastSync', 'Newest data'],
  ['nextSync', 'Next sync'],
  ['rows', 'Rows'],
];

/** For phones, where the table has no head. */
function SortSelect(props: { readonly order: Order; readonly onOrder: (order: Order) => void }): JSX.Element {
  return (
    <label class="sort">
      Sort by{' '}
      <select
        value={props.order.by}
        onChange={(event) => {
          const by = ORDERS.find(([name]) => name === event.currentTarget.value)?.[0] ?? 'health';
          props.onOrder({ by, isDescending: by === 'lastSync' || by === 'rows' });
        }}
      >
        {ORDERS.map(([by, text]) => (
          <option key={by} value={by}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Nothing({ mayCreate }: { readonly mayCreate: boolean }): JSX.Element {
  return (
    <div class="empty">
      <p>There are no ingestions yet.</p>
      {mayCreate && (
        <a class="button primary" href={linkTo.connect}>
          Connect a source
        </a>
      )}
    </div>
  );
}

function countOf(ingestions: number): string {
  return ingestions === 1 ? '1 ingestion' : `${count(ingestions)} ingestions`;
}
