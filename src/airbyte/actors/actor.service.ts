import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../lib/clock';
import { CoalescedReads } from '../../lib/coalesced-reads';
import type { RequestContext } from '../../http/request-context';
import { TokenSigner } from '../../lib/token-signer';
import { SETTINGS, type Settings } from '../../config/settings-types';
import { AirbyteClient } from '../client/airbyte.client';
import { withProblems } from '../core/upstream-problem';
import { isVisibleTo, sharingKey } from '../core/visibility';
import { DEFAULT_PAGE_SIZE, type PageQueryDto } from '../../api/pagination/page-query.dto';
import { readToken, writeToken } from '../../api/pagination/page-token';
import { type ListContext, listContextFor } from '../core/list-context';
import type { AirbyteDestination, AirbyteSource } from '../client/model/airbyte-types';
import type { DestinationListDto, SourceListDto } from './dto/actor-list.dto';

interface ActorPage<T> {
  readonly data: T[];
  readonly nextPageToken: string | null;
}

const MAX_LISTS = 100;

/** Lists sources and destinations. */
@Injectable()
export class ActorService {
  /** Each page needs the whole list, so callers of one workspace share its read. */
  private readonly sourceLists: CoalescedReads<readonly AirbyteSource[]>;
  private readonly destinationLists: CoalescedReads<readonly AirbyteDestination[]>;

  constructor(
    private readonly client: AirbyteClient,
    private readonly signer: TokenSigner,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) clock: Clock,
  ) {
    // Shared only while in progress, so that a new source appears at once.
    const sharing = { maxAgeMs: 0, maxEntries: MAX_LISTS, nowMs: () => clock.monotonicMs() };
    this.sourceLists = new CoalescedReads(sharing);
    this.destinationLists = new CoalescedReads(sharing);
  }

  async sources(query: PageQueryDto, context: RequestContext): Promise<SourceListDto> {
    const read = (list: ListContext): Promise<readonly AirbyteSource[]> =>
      this.client.listAllSources(list.query, list.context);
    const page = await this.page(query, context, this.sourceLists, read, ({ sourceId }) => sourceId);
    const data = page.data.map(({ sourceId, name, sourceType, workspaceId }) => {
      return { sourceId, name, type: sourceType, workspaceId };
    });
    return { ...page, data };
  }

  async destinations(query: PageQueryDto, context: RequestContext): Promise<DestinationListDto> {
    const read = (list: ListContext): Promise<readonly AirbyteDestination[]> =>
      this.client.listAllDestinations(list.query, list.context);
    const idOf = ({ destinationId }: AirbyteDestination): string => destinationId;
    const page = await this.page(query, context, this.destinationLists, read, idOf);
    const data = page.data.map(({ destinationId, name, destinationType, workspaceId }) => {
      return { destinationId, name, type: destinationType, workspaceId };
    });
    return { ...page, data };
  }

  /** The order is that of the ids, which never change, so insertions and deletions do not shift the others. */
  private async page<T extends AirbyteSource | AirbyteDestination>(
    { pageSize = DEFAULT_PAGE_SIZE, pageToken }: PageQueryDto,
    context: RequestContext,
    lists: CoalescedReads<readonly T[]>,
    read: (list: ListContext) => Promise<readonly T[]>,
    idOf: (row: T) => string,
  ): Promise<ActorPage<T>> {
    // Read before any upstream call, so that an invalid token is rejected first.
    const after = pageToken === undefined ? '' : readToken(pageToken, this.signer);
    const list = listContextFor(this.client, this.settings, context);
    const rows = list ? await withProblems(() => lists.get(sharingKey(context), () => read(list))) : [];
    const ahead = rows
      .filter((row) => isVisibleTo(row, context) && idOf(row) > after)
      .sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
    const data = ahead.slice(0, pageSize);
    const last = ahead.length > pageSize ? data.at(-1) : undefined;
    const next = last === undefined ? null : writeToken(idOf(last), this.signer);
    return { data, nextPageToken: next };
  }
}
