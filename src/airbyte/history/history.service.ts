import { Injectable } from '@nestjs/common';
import { DEFAULT_PAGE_SIZE, type PageQueryDto } from '../../api/pagination/page-query.dto';
import { validationFailed } from '../../api/problem/problem.exception';
import type { RequestContext } from '../../http/request-context';
import { TokenSigner } from '../../lib/token-signer';
import { AirbyteClient } from '../client/airbyte.client';
import type { CallContext } from '../client/model/airbyte-types';
import { capabilityProblem } from '../core/capability-problem';
import { DISABLED, ENABLED, endedPauseOf } from '../core/pause';
import { withIngestionProblems } from '../core/upstream-problem';
import { assertVisible } from '../core/visibility';
import { InternalClient } from '../internal/internal-client';
import type { TimelineEvent } from '../internal/internal-types';
import type { HistoryDto } from './dto/history.dto';
import { toHistoryEvent } from './history-mapper';

/** Times of events may be in whole seconds, so the whole second belongs to the page. */
const SECOND_MS = 1000;

interface HistoryPosition {
  readonly offset: number;
  /** Newest event of the first page. Later events do not shift the pages. */
  readonly createdTo: Date;
}

/** Reads who did what to an ingestion, from Airbyte's timeline. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly internal: InternalClient,
    private readonly signer: TokenSigner,
  ) {}

  /** @throws ProblemException `capability-off` if Airbyte's internal API does not provide the timeline */
  async list(
    connectionId: string,
    { pageSize, pageToken }: PageQueryDto,
    request: RequestContext,
  ): Promise<HistoryDto> {
    const context = this.client.withDeadline(request);
    const purpose = `history ${connectionId}`;
    const start = pageToken === undefined ? null : this.parseToken(pageToken, purpose);
    const connection = await withIngestionProblems(connectionId, () =>
      this.client.getConnection(connectionId, context),
    );
    assertVisible(connection, context);
    const limit = pageSize ?? DEFAULT_PAGE_SIZE;
    const offset = start?.offset ?? 0;
    const query = { connectionId, limit, offset, createdTo: start?.createdTo ?? null };
    const page = await this.internal.timeline(query, context);
    if (!page) throw capabilityProblem(this.internal.caller.capability('history'));
    // A server that ignores the limit returns too much.
    const events = page.events.slice(0, limit);
    const newest = start?.createdTo ?? events[0]?.at;
    const isLast = page.received < limit || newest === undefined;
    const nextPageToken = isLast ? null : this.writeToken(offset + limit, newest, purpose);
    const older = await this.statusEventsBefore(connectionId, events, context);
    const data = events.map((event, index) => {
      const before = [...events.slice(index + 1), ...older].find(isAboutStatus);
      return toHistoryEvent(event, endedPauseOf(event, before));
    });
    return { data, nextPageToken };
  }

  /** Whether the gateway activated an ingestion shows in the pause before it, which may not be on the page. */
  private async statusEventsBefore(
    connectionId: string,
    events: readonly TimelineEvent[],
    context: CallContext,
  ): Promise<readonly TimelineEvent[]> {
    const oldest = events.findLast(isAboutStatus);
    if (oldest?.type !== ENABLED || oldest.userName !== null) return [];
    const createdTo = new Date(oldest.at.getTime() + SECOND_MS - 1);
    const page = await this.internal.statusEvents({ connectionId, createdTo }, context);
    const known = page?.events.findIndex(({ id }) => id === oldest.id) ?? -1;
    return known < 0 ? [] : (page?.events.slice(known + 1) ?? []);
  }

  private writeToken(offset: number, newest: Date, purpose: string): string {
    const seconds = Math.floor(newest.getTime() / SECOND_MS);
    const position = `${offset}-${seconds}`;
    return `${position}-${this.signer.sign(purpose, position)}`;
  }

  /** @throws ProblemException `validation-failed` for a token that this API did not issue for this history */
  private parseToken(token: string, purpose: string): HistoryPosition {
    const [, position = '', offset = '', seconds = '', signature = ''] = TOKEN.exec(token) ?? [];
    if (this.signer.verify(purpose, position, signature)) {
      const createdTo = new Date(Number(seconds) * SECOND_MS + SECOND_MS - 1);
      return { offset: Number(offset), createdTo };
    }
    throw validationFailed([
      {
        field: 'pageToken',
        reason: 'is not a page token of this history',
        hint: 'Send the nextPageToken of the previous page unchanged.',
      },
    ]);
  }
}

function isAboutStatus({ type }: TimelineEvent): boolean {
  return type === ENABLED || type === DISABLED;
}

const TOKEN = /^((\d{1,9})-(\d{1,12}))-(.{1,64})$/;
