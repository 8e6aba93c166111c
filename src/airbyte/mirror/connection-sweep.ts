import type { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteConnection, CallContext, ListQuery } from '../client/model/airbyte-types';
import { PAGE_LIMIT } from '../client/model/paging';
import type { Page } from '../client/model/parse';

/** Limit of restarts when deletions shift rows during a read. */
const MAX_ATTEMPTS = 5;

/** One page of connections. `isSteady` is null until the last page. */
export interface SweptPage {
  readonly rows: readonly AirbyteConnection[];
  readonly isSteady: boolean | null;
}

/**
 * Reads all connections page by page. Pages overlap by one row, which reveals rows that a deletion has shifted:
 * then `isSteady` is false, and a connection may be missing.
 */
export async function* sweepConnections(
  client: AirbyteClient,
  query: Pick<ListQuery, 'workspaceIds'>,
  contextOf: () => CallContext,
): AsyncGenerator<SweptPage, void, undefined> {
  const known = new Set<string>();
  let received = 0;
  let lastId: string | undefined;
  for (;;) {
    const offset = Math.max(0, received - 1);
    const page: Page<AirbyteConnection> = await client.listConnections(
      { ...query, limit: PAGE_LIMIT, offset },
      contextOf(),
    );
    // With unreadable rows, the first and the last row of the page are unknown.
    const isWhole = page.length === page.received;
    if (isWhole && lastId !== undefined && page[0]?.connectionId !== lastId) {
      yield { rows: page, isSteady: false };
      return;
    }
    const before = known.size;
    for (const { connectionId } of page) known.add(connectionId);
    received += received === 0 ? page.received : page.received - 1;
    lastId = isWhole ? page.at(-1)?.connectionId : undefined;
    // A full page without a new row comes from a server that ignores the offset.
    const isLast = page.received < PAGE_LIMIT || known.size === before;
    yield { rows: page, isSteady: isLast ? true : null };
    if (isLast) return;
  }
}

/** Reads all connections at once. If the list was never steady, returns all that any attempt has found. */
export async function readAllConnections(
  client: AirbyteClient,
  query: Pick<ListQuery, 'workspaceIds'>,
  context: CallContext,
): Promise<readonly AirbyteConnection[]> {
  const found = new Map<string, AirbyteConnection>();
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const attempted = new Map<string, AirbyteConnection>();
    let isSteady: boolean | null = null;
    for await (const page of sweepConnections(client, query, () => context)) {
      for (const row of page.rows) attempted.set(row.connectionId, row);
      isSteady = page.isSteady;
    }
    if (isSteady === true) return [...attempted.values()];
    for (const [id, row] of attempted) found.set(id, row);
  }
  return [...found.values()];
}
