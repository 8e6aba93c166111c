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
import { type ListContext, listContextFor } from '../core/connection-pages';
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
    const window = windowOf(query, this.signer);
    const list = listContextFor(this.client, this.settings, context);
    const read = (found: ListContext): Promise<readonly AirbyteSource[]> =>
      this.client.listAllSources(found.query, found.context);
    const rows = list
      ? await withProblems(() => this.sourceLists.get(sharingKey(context), () => read(list)))
      : [];
    const page = pageOf(
      rows.filter((row) => isVisibleTo(row, context)),
      (row) => row.sourceId,
      window,
      this.signer,
    );
    const data = page.data.map(({ sourceId, name, sourceType, workspaceId }) => {
      return { sourceId, name, type: sourceType, workspaceId };
    });
    return { ...page, data };
  }

  async destinations(query: PageQueryDto, context: RequestContext): Promise<DestinationListDto> {
    const window = windowOf(query, this.signer);
    const list = listContextFor(this.client, this.settings, context);
    const read = (found: ListContext): Promise<readonly AirbyteDestination[]> =>
      this.client.listAllDestinations(found.query, found.context);
    const rows = list
      ? await withProblems(() => this.destinationLists.get(sharingKey(context), () => read(list)))
      : [];
    const page = pageOf(
      rows.filter((row) => isVisibleTo(row, context)),
      (row) => row.destinationId,
      window,
      this.signer,
    );
    const data = page.data.map(({ destinationId, name, destinationType, workspaceId }) => {
      return { destinationId, name, type: destinationType, workspaceId };
    });
    return { ...page, data };
  }
}

interface PageWindow {
  readonly after: string;
  readonly size: number;
}

/** Call before any upstream call, so that an invalid token is rejected first. */
function windowOf({ pageSize, pageToken }: PageQueryDto, signer: TokenSigner): PageWindow {
  const after = pageToken === undefined ? '' : readToken(pageToken, 'id', signer).after;
  return { after, size: pageSize ?? DEFAULT_PAGE_SIZE };
}

/** Ordered by id, which never changes, so insertions and deletions do not shift the others. */
function pageOf<T>(
  rows: readonly T[],
  idOf: (row: T) => string,
  { after, size }: PageWindow,
  signer: TokenSigner,
): ActorPage<T> {
  const ahead = rows.filter((row) => idOf(row) > after).sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  const data = ahead.slice(0, size);
  const last = ahead.length > size ? data.at(-1) : undefined;
  const next = last === undefined ? null : writeToken({ kind: 'id', after: idOf(last) }, signer);
  return { data, nextPageToken: next };
}
