import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import { CoalescedReads } from '../../lib/coalesced-reads';
import type { RequestContext } from '../../http/request-context';
import { TokenSigner } from '../../lib/token-signer';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { AirbyteClient } from '../client/airbyte.client';
import { LocalChanges } from '../core/local-changes';
import type { AirbyteConnection } from '../client/model/airbyte-types';
import { withProblems } from '../core/upstream-problem';
import { isDeleted } from '../core/ingestion-mapper';
import { JobLedger } from '../status/ledger/job-ledger';
import { StatusReader } from '../core/status-reader';
import { StatusService } from '../status/status.service';
import {
  type ListContext,
  listContextFor,
  readAllConnections,
  readConnectionPage,
} from '../core/connection-pages';
import type { IngestionListDto, IngestionListItemDto, IngestionListQueryDto } from './dto/ingestion-list.dto';
import { DEFAULT_PAGE_SIZE } from '../../api/pagination/page-query.dto';
import { hasFilters, matchesConnection } from './filters';
import { toListItem } from './list-item';
import { readToken, writeToken } from '../../api/pagination/page-token';

/** Maximum age of the list that filters read. */
const SNAPSHOT_MAX_AGE_MS = 5000;
const MAX_SNAPSHOTS = 100;

/** All connections in Airbyte's order, and the visible ones by id. */
interface Snapshot {
  readonly all: readonly AirbyteConnection[];
  readonly shown: readonly AirbyteConnection[];
}

/** Lists ingestions with their status, with few upstream calls. */
@Injectable()
export class ListingService {
  private readonly snapshots: CoalescedReads<Snapshot>;

  constructor(
    private readonly client: AirbyteClient,
    private readonly reader: StatusReader,
    private readonly changes: LocalChanges,
    private readonly statuses: StatusService,
    private readonly ledger: JobLedger,
    private readonly signer: TokenSigner,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.snapshots = new CoalescedReads({
      maxAgeMs: SNAPSHOT_MAX_AGE_MS,
      maxEntries: MAX_SNAPSHOTS,
      nowMs: () => clock.monotonicMs(),
      newestChange: () => changes.newest,
    });
  }

  async list(query: IngestionListQueryDto, context: RequestContext): Promise<IngestionListDto> {
    const list = listContextFor(this.client, this.settings, context);
    if (!list) return { data: [], nextPageToken: null };
    return withProblems(() =>
      hasFilters(query) ? this.listFiltered(query, list) : this.listUnfiltered(query, list),
    );
  }

  private async listUnfiltered(query: IngestionListQueryDto, list: ListContext): Promise<IngestionListDto> {
    const size = query.pageSize ?? DEFAULT_PAGE_SIZE;
    const start = query.pageToken === undefined ? null : readToken(query.pageToken, 'offset', this.signer);
    const { connections, next } = await readConnectionPage(list, size, start, {
      fingerprint: (connectionId) => this.signer.fingerprint(connectionId),
      readAll: async () => (await this.snapshot(list)).all,
    });
    const present = connections.filter((connection) => isShown(connection, list));
    const data = await this.items(present, this.settings.statusMaxAgeMs, list);
    return { data, nextPageToken: next && writeToken(next, this.signer) };
  }

  /** Ordered by id, which never changes, so insertions and deletions do not shift the others. */
  private async listFiltered(query: IngestionListQueryDto, list: ListContext): Promise<IngestionListDto> {
    const size = query.pageSize ?? DEFAULT_PAGE_SIZE;
    const after = query.pageToken === undefined ? '' : readToken(query.pageToken, 'id', this.signer).after;
    const candidates = (await this.snapshot(list)).shown.filter(
      (connection) => connection.connectionId > after && matchesConnection(connection, query),
    );
    const matching = await this.filterByHealth(candidates, query, list);
    const page = matching.slice(0, size);
    const data = await this.items(page, SNAPSHOT_MAX_AGE_MS, list);
    const last = matching.length > size ? page.at(-1) : undefined;
    const next = last && writeToken({ kind: 'id', after: last.connectionId }, this.signer);
    return { data, nextPageToken: next ?? null };
  }

  /** Needs the runs of all candidates. */
  private async filterByHealth(
    candidates: readonly AirbyteConnection[],
    { health }: IngestionListQueryDto,
    list: ListContext,
  ): Promise<readonly AirbyteConnection[]> {
    if (health === undefined) return candidates;
    const items = await this.items(candidates, SNAPSHOT_MAX_AGE_MS, list);
    return candidates.filter((_, index) => items[index]?.health === health);
  }

  private async snapshot(list: ListContext): Promise<Snapshot> {
    const key = list.query.workspaceIds?.join() ?? '';
    const read = async (): Promise<Snapshot> => {
      const all = await readAllConnections(list);
      const shown = all.filter((connection) => isShown(connection, list));
      return { all, shown: shown.sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1)) };
    };
    return this.snapshots.get(key, read, this.changes.lastBy(list.context));
  }

  private async items(
    connections: readonly AirbyteConnection[],
    maxAgeMs: number,
    { context }: ListContext,
  ): Promise<IngestionListItemDto[]> {
    const now = this.reader.airbyteNow();
    const freshness = {
      nowMs: this.clock.monotonicMs(),
      maxAgeMs,
      change: this.changes.lastBy(context),
      newestChange: this.changes.newest,
    };
    const ids = connections.map((connection) => connection.connectionId);
    if (ids.length > 0) await this.ledger.refresh(ids, freshness, context);
    return connections.map((connection) =>
      toListItem(
        { connection, ...this.ledger.factsOf(connection.connectionId) },
        now,
        this.statuses.tolerances(),
      ),
    );
  }
}

/** Checks the workspace again and does not rely on Airbyte's filter. */
function isShown(connection: AirbyteConnection, { query: { workspaceIds } }: ListContext): boolean {
  return !isDeleted(connection) && (workspaceIds?.includes(connection.workspaceId) ?? true);
}
