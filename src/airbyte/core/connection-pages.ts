import type { Settings } from '../../config/settings-types';
import type { RequestContext } from '../../http/request-context';
import type { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteConnection, CallContext, ListQuery } from '../client/model/airbyte-types';
import { PAGE_LIMIT } from '../client/model/paging';
import type { Page } from '../client/model/parse';
import type { Position } from '../../api/pagination/page-token';

/** Limit of restarts when deletions shift rows during a read. */
const MAX_ATTEMPTS = 5;
/** Number of last rows in a page token. The position is found while any of them exists. */
const ANCHOR_ROWS = 4;

type OffsetPosition = Extract<Position, { kind: 'offset' }>;

export interface ConnectionPage {
  readonly connections: readonly AirbyteConnection[];
  readonly next: OffsetPosition | null;
}

/** Client, filter and deadline for reading one list. */
export interface ListContext {
  readonly client: AirbyteClient;
  readonly query: Pick<ListQuery, 'workspaceIds'>;
  readonly context: CallContext;
}

/**
 * Context for reading a caller's list: the caller's workspace, and one deadline for all calls. Null if the
 * deployment is limited to another workspace, so that the caller sees nothing.
 */
export function listContextFor(
  client: AirbyteClient,
  { airbyte }: Settings,
  context: RequestContext,
): ListContext | null {
  const only = context.caller?.workspaceId ?? null;
  if (only !== null && airbyte.workspaceId !== null && only !== airbyte.workspaceId) return null;
  const query = only === null ? {} : { workspaceIds: [only] };
  return { client, query, context: client.withDeadline(context) };
}

/** Needed to find the position of a page token. */
export interface Anchoring {
  readonly fingerprint: (connectionId: string) => string;
  /**
   * Reads the whole list in Airbyte's order. May return a list some seconds old, so that a token does not cost
   * a full read each time.
   */
  readonly readAll: () => Promise<readonly AirbyteConnection[]>;
}

/**
 * Reads a page in Airbyte's order: one call for the first page, two for the others. Deletions shift later rows
 * forward, so the row before the page must be the last row of the previous page. Otherwise the last rows are
 * searched in the whole list.
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

/** Reads all connections. Pages overlap by one row, which reveals shifted rows. */
export async function readAllConnections(list: ListContext): Promise<readonly AirbyteConnection[]> {
  const found = new Map<string, AirbyteConnection>();
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const { rows, isSteady } = await readOnce(list);
    for (const row of rows) found.set(row.connectionId, row);
    if (isSteady) return rows;
  }
  // The list was never stable: return the union of all reads.
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
    // With unreadable rows, the first and the last row of the page are unknown.
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
