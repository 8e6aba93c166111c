import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/http/request-context';
import { SETTINGS } from '../../config/settings.token';
import type { Settings } from '../../config/settings.types';
import { AirbyteClient } from '../client/airbyte.client';
import { onBehalf } from '../ingestion/airbyte-problem';
import { isInSight } from '../ingestion/visibility';
import { DEFAULT_PAGE_SIZE, type PageQueryDto } from '../listing/dto/page-query.dto';
import { readToken, writeToken } from '../listing/page.token';
import { scopeOf } from '../listing/scope';
import type { DestinationListDto, SourceListDto } from './dto/actor-list.dto';

interface Page<T> {
  readonly data: T[];
  readonly nextPageToken: string | null;
}

/** What there is to connect. */
@Injectable()
export class ActorService {
  constructor(
    private readonly client: AirbyteClient,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async sources(query: PageQueryDto, context: RequestContext): Promise<SourceListDto> {
    const window = windowOf(query);
    const scope = scopeOf(this.client, this.settings, context);
    const rows = scope ? await onBehalf(() => this.client.listAllSources(scope.query, scope.context)) : [];
    const page = pageOf(
      rows.filter((row) => isInSight(row, context)),
      (row) => row.sourceId,
      window,
    );
    const data = page.data.map(({ sourceId, name, sourceType, workspaceId }) => {
      return { sourceId, name, type: sourceType, workspaceId };
    });
    return { ...page, data };
  }

  async destinations(query: PageQueryDto, context: RequestContext): Promise<DestinationListDto> {
    const window = windowOf(query);
    const scope = scopeOf(this.client, this.settings, context);
    const rows = scope
      ? await onBehalf(() => this.client.listAllDestinations(scope.query, scope.context))
      : [];
    const page = pageOf(
      rows.filter((row) => isInSight(row, context)),
      (row) => row.destinationId,
      window,
    );
    const data = page.data.map(({ destinationId, name, destinationType, workspaceId }) => {
      return { destinationId, name, type: destinationType, workspaceId };
    });
    return { ...page, data };
  }
}

interface Window {
  readonly after: string;
  readonly size: number;
}

/** To be called before anything is sent: a token that is none is refused at once. */
function windowOf({ pageSize, pageToken }: PageQueryDto): Window {
  const after = pageToken === undefined ? '' : readToken(pageToken, 'id').after;
  return { after, size: pageSize ?? DEFAULT_PAGE_SIZE };
}

/** In the order of ids, which never change: whatever comes and goes, the others keep their place. */
function pageOf<T>(rows: readonly T[], idOf: (row: T) => string, { after, size }: Window): Page<T> {
  const ahead = rows.filter((row) => idOf(row) > after).sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  const data = ahead.slice(0, size);
  const last = ahead.length > size ? data.at(-1) : undefined;
  return { data, nextPageToken: last === undefined ? null : writeToken({ kind: 'id', after: idOf(last) }) };
}
