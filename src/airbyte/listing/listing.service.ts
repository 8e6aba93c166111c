import { Injectable } from '@nestjs/common';
import { DEFAULT_PAGE_SIZE } from '../../api/pagination/page-query.dto';
import { readToken, writeToken } from '../../api/pagination/page-token';
import type { RequestContext } from '../../http/request-context';
import { TokenSigner } from '../../lib/token-signer';
import { AirbyteClient } from '../client/airbyte.client';
import { matchesConnection } from '../core/connection-filter';
import { withProblems } from '../core/upstream-problem';
import { Mirror } from '../mirror/mirror';
import type { ObservedIngestion } from '../mirror/observed-ingestion';
import { StatusService } from '../status/status.service';
import type { IngestionListDto, IngestionListItemDto, IngestionListQueryDto } from './dto/ingestion-list.dto';
import { toListItem } from './list-item';

/** A page of the list, and the age of the oldest fact that it depends on. */
export interface AgedList {
  readonly list: IngestionListDto;
  readonly ageMs: number;
}

/** Lists ingestions with their status. */
@Injectable()
export class ListingService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly mirror: Mirror,
    private readonly statuses: StatusService,
    private readonly signer: TokenSigner,
  ) {}

  /** Ordered by id, which never changes, so insertions and deletions do not shift the others. */
  async list(query: IngestionListQueryDto, request: RequestContext): Promise<AgedList> {
    const size = query.pageSize ?? DEFAULT_PAGE_SIZE;
    const after = query.pageToken === undefined ? '' : readToken(query.pageToken, this.signer);
    const context = this.client.withDeadline(request);
    return withProblems(async () => {
      const visible = await this.mirror.connections(context);
      const candidates = visible.rows.filter(
        ({ connection }) => connection.connectionId > after && matchesConnection(connection, query),
      );
      const { health } = query;
      // The health of an ingestion needs its runs, so without this filter only those of the page are read.
      const rows = health === undefined ? candidates.slice(0, size) : candidates;
      const observed = await this.mirror.observeListed(rows, context);
      const items = this.items(observed);
      const matching = health === undefined ? items : items.filter((item) => item.health === health);
      const data = matching.slice(0, size);
      const hasMore = (health === undefined ? candidates : matching).length > size;
      const last = hasMore ? data.at(-1) : undefined;
      const list = { data, nextPageToken: last ? writeToken(last.connectionId, this.signer) : null };
      return { list, ageMs: observed.reduce((oldest, { ageMs }) => Math.max(oldest, ageMs), visible.ageMs) };
    });
  }

  private items(observed: readonly ObservedIngestion[]): IngestionListItemDto[] {
    const now = this.mirror.airbyteNow();
    const tolerances = this.statuses.tolerances();
    return observed.map((one) => toListItem(one, now, tolerances));
  }
}
