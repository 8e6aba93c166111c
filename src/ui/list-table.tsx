import { Component, type JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ago, moment, relative, shortCount, words } from './format';
import { Objective } from './freshness';
import { HealthBadge } from './health';
import type { Ingestions, Row } from './ingestions';
import { linkTo } from './router';
import type { Order } from './sort-rows';
import { Sparkline } from './sparkline';

/** Rows above and below the window that are rendered, too. */
const OVERSCAN = 8;
/** Until a row was measured. */
const ROW_PX = 56;

interface ListTableProps {
  readonly rows: readonly Row[];
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
  readonly nowMs: number;
  readonly ingestions: Ingestions;
}

/** Renders the rows in the window of the browser only, so that thousands of rows cost no more than a few. */
export function ListTable({ rows, order, onOrder, nowMs, ingestions }: ListTableProps): JSX.Element {
  const body = useRef<HTMLDivElement>(null);
  const { first, last, rowPx } = useVisibleRange(body, rows.length);
  const shown = rows.slice(first, last);
  useEffect(() => {
    for (const { item } of shown) ingestions.want(item.connectionId);
  });
  return (
    <div class="table" role="table" aria-label="Ingestions" aria-rowcount={rows.length + 1}>
      <div role="rowgroup" class="head">
        <div role="row" class="row" aria-rowindex={1}>
          <Head by="health" text="Health" order={order} onOrder={onOrder} />
          <Head by="name" text="Name" order={order} onOrder={onOrder} />
          <Head by="lastSync" text="Data" order={order} onOrder={onOrder} />
          <Head by="nextSync" text="Next sync" order={order} onOrder={onOrder} />
          <Head by="rows" text="Rows" order={order} onOrder={onOrder} />
          <span role="columnheader" class="cell runs">
            Last 30 runs
          </span>
        </div>
      </div>
      <div
        role="rowgroup"
        class="body"
        ref={body}
        style={{ paddingTop: `${first * rowPx}px`, paddingBottom: `${(rows.length - last) * rowPx}px` }}
      >
        {shown.map((row, index) => (
          <TableRow key={row.item.connectionId} row={row} nowMs={nowMs} rowIndex={first + index + 2} />
        ))}
      </div>
    </div>
  );
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly rowPx: number;
}

function useVisibleRange(body: { readonly current: HTMLDivElement | null }, length: number): Range {
  const [range, setRange] = useState<Range>({ first: 0, last: 30, rowPx: ROW_PX });
  const isPrinting = useRef(false);
  useLayoutEffect(() => {
    const measure = (): void => {
      const element = body.current;
      if (!element) return;
      const row = element.firstElementChild;
      const rowPx = row ? row.getBoundingClientRect().height || ROW_PX : ROW_PX;
      const top = -element.getBoundingClientRect().top;
      const first = isPrinting.current ? 0 : Math.max(0, Math.floor(top / rowPx) - OVERSCAN);
      const visible = Math.ceil(window.innerHeight / rowPx) + 2 * OVERSCAN;
      const last = isPrinting.current ? length : Math.min(length, first + visible);
      setRange((old) =>
        old.first === first && old.last === last && old.rowPx === rowPx ? old : { first, last, rowPx },
      );
    };
    const print = (isBefore: boolean) => (): void => {
      isPrinting.current = isBefore;
      measure();
    };
    const [before, after] = [print(true), print(false)];
    measure();
    window.addEventListener('scroll', measure, { passive: true });
    window.addEventListener('resize', measure);
    window.addEventListener('beforeprint', before);
    window.addEventListener('afterprint', after);
    return () => {
      window.removeEventListener('scroll', measure);
      window.removeEventListener('resize', measure);
      window.removeEventListener('beforeprint', before);
      window.removeEventListener('afterprint', after);
    };
  }, [length]);
  const first = Math.min(range.first, Math.max(0, length - 1));
  return { first, last: Math.max(first, Math.min(range.last, length)), rowPx: range.rowPx };
}

interface HeadProps {
  readonly by: Order['by'];
  readonly text: string;
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
}

function Head({ by, text, order, onOrder }: HeadProps): JSX.Element {
  const isChosen = order.by === by;
  const sort = isChosen ? (order.isDescending ? 'descending' : 'ascending') : undefined;
  return (
    <span role="columnheader" class={`cell ${by}`} aria-sort={sort}>
      <button
        type="button"
        class="plain"
        onClick={() => {
          onOrder({ by, isDescending: isChosen && !order.isDescending });
        }}
      >
        {text}
        <span aria-hidden="true" class="arrow">
          {isChosen ? (order.isDescending ? '↓' : '↑') : ''}
        </span>
      </button>
    </span>
  );
}

/** The health of a list shows only the most severe problem. */
function isStale({ item, status }: Row): boolean {
  return item.health === 'stale' || (status?.healthReasons.some(({ code }) => code === 'stale') ?? false);
}

interface TableRowProps {
  readonly row: Row;
  readonly nowMs: number;
  readonly rowIndex: number;
}

/** Is rendered again only if its row or the time has changed, not whenever the reader scrolls. */
class TableRow extends Component<TableRowProps> {
  override shouldComponentUpdate(next: TableRowProps): boolean {
    const { row, nowMs, rowIndex } = this.props;
    return next.row !== row || next.nowMs !== nowMs || next.rowIndex !== rowIndex;
  }

  override render({ row, nowMs, rowIndex }: TableRowProps): JSX.Element {
    const { item, status } = row;
    const rows = status?.lastRun?.rows;
    return (
      <div role="row" class="row" aria-rowindex={rowIndex}>
        <span role="cell" class="cell health-cell">
          <HealthBadge health={item.health} />
        </span>
        <span role="cell" class="cell name">
          <a href={linkTo.ingestion(item.connectionId)} dir="auto">
            {item.name}
          </a>
          {item.syncState !== 'idle' && <span class={`chip ${item.syncState}`}>{words(item.syncState)}</span>}
        </span>
        <span
          role="cell"
          class="cell lastSync"
          title={item.lastSync === null ? undefined : moment(item.lastSync)}
        >
          {item.lastSync === null ? (
            <span class="quiet">No data yet</span>
          ) : (
            <>
              <span class="phone-only">data </span>
              {ago(item.lastSync, nowMs)}
              <small>
                <Objective freshness={item.freshness} isStale={isStale(row)} />
              </small>
            </>
          )}
        </span>
        <span
          role="cell"
          class="cell nextSync"
          title={item.nextSync === null ? undefined : moment(item.nextSync)}
        >
          {item.nextSync === null ? (
            <span class="quiet">{words(item.nextSyncReason)}</span>
          ) : (
            <>
              <span class="phone-only">next </span>
              {relative(item.nextSync, nowMs)}
            </>
          )}
        </span>
        <span role="cell" class="cell rows">
          {rows === undefined || rows === null ? (
            <span class="quiet">–</span>
          ) : (
            <>
              {shortCount(rows)}
              <span class="phone-only"> rows</span>
            </>
          )}
        </span>
        <span role="cell" class="cell runs">
          {status?.runs ? (
            <Sparkline runs={status.runs} />
          ) : (
            <span class="sparkline waiting">
              <span class="hidden">Loading the runs</span>
            </span>
          )}
        </span>
      </div>
    );
  }
}
