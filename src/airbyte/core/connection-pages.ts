import type { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteConnection, CallContext, ListQuery } from '../client/model/airbyte-types';
import { PAGE_LIMIT } from '../client/model/paging';
import type { Page } from '../client/model/parse';
import type { Position } from '../../api/pagination/page-token';

/** Rows shift while others delete; each shift that is noticed begins the whole read anew, so often at most. */
const MAX_ATTEMPTS = 5;
/** How many of the last rows a position holds: it is found again while any of them exists. */
const ANCHOR_ROWS = 4;

type OffsetPosition = Extract<Position, { kind: 'offset' }>;

export interface ConnectionPage {
  readonly connections: readonly AirbyteConnection[];
  readonly next: OffsetPosition | null;
}

/** What a list is read with. */
export interface ListContext {
  readonly client: AirbyteClient;
  readonly query: Pick<ListQuery, 'workspaceIds'>;
  readonly context: CallContext;
}

/** How a page is found again. */
export interface Anchoring {
  readonly fingerprint: (connectionId: string) => string;
  /** The whole list in Airbyte's order. It may be some seconds old: a token must not cost a walk each time it is sent. */
  readonly readAll: () => Promise<readonly AirbyteConnection[]>;
}

/**
 * A page in Airbyte's own order, by one call for the first and two for the others. Deletions pull later rows forward:
 * after the rows were read, the row before them must be the one that was last on the page before. If it is not, the
 * last rows are looked for in the whole list.
 */
export async function readConnectionPage(
  list: ListContext,
  size: number,
  start: OffsetPosition | null,
  { fingerprint, readAll }: Anchoring,
): Promise<ConnectionPage> {
  const pageOf = (rows: readonly AirbyteConnection[], offset: number, received: number): ConnectionPage => {
    const lastRows = rows.slice(-ANCHOR_ROWS).map((row) => fingerprint(row.connectionId));
    const next = { kind: 'offset', offset: offset + received, lastRows: lastRows.reverse() } as const;
    return { connections: rows, next: received < size ? null : next };
  };
  const offset = start?.offset ?? 0;
  const rows = await readRows(list, offset, size);
  if (!start) return pageOf(rows, 0, rows.received);
  const [before] = await readRows(list, offset - 1, 1);
  if (before && fingerprint(before.connectionId) === start.lastRows[0])
    return pageOf(rows, offset, rows.received);
  const all = await readAll();
  const index = all.findLastIndex((row) => start.lastRows.includes(fingerprint(row.connectionId)));
  const from = index < 0 ? Math.max(0, offset - start.lastRows.length) : index + 1;
  const found = all.slice(from, from + size);
  return pageOf(found, from, found.length);
}

/** Every connection. Pages overlap by a row, which shows whether rows have shifted between two of them. */
export async function readAllConnections(list: ListContext): Promise<readonly AirbyteConnection[]> {
  const found = new Map<string, AirbyteConnection>();
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const { rows, isSteady } = await readOnce(list);
    for (const row of rows) found.set(row.connectionId, row);
    if (isSteady) return rows;
  }
  // It never held still: all that was seen is more than any one read showed.
  return [...found.values()];
}

async function readOnce(
  list: ListContext,
): Promise<{ readonly rows: readonly AirbyteConnection[]; readonly isSteady: boolean }> {
  const rows = new Map<string, AirbyteConnection>();
  let received = 0;
  let lastId: string | undefined;
  for (;;) {
    const page = await readRows(list, Math.max(0, received - 1), PAGE_LIMIT);
    // Of a page with unreadable rows it is not known which row is the first and which the last.
    const isWhole = page.length === page.received;
    if (isWhole && lastId !== undefined && page[0]?.connectionId !== lastId)
      return { rows: [...rows.values()], isSteady: false };
    const before = rows.size;
    for (const row of page) rows.set(row.connectionId, row);
    received += received === 0 ? page.received : page.received - 1;
    lastId = isWhole ? page.at(-1)?.connectionId : undefined;
    // A full page without a new row comes from a server that ignores the offset.
    if (page.received < PAGE_LIMIT || rows.size === before)
      return { rows: [...rows.values()], isSteady: true };
  }
}

function readRows(
  { client, query, context }: ListContext,
  offset: number,
  limit: number,
): Promise<Page<AirbyteConnection>> {
  return client.listConnections({ ...query, limit, offset }, context);
}
