import { Injectable } from '@nestjs/common';
import { DEFAULT_PAGE_SIZE, type PageQueryDto } from '../../api/pagination/page-query.dto';
import { validationFailed } from '../../api/problem/problem.exception';
import type { RequestContext } from '../../http/request-context';
import { TokenSigner } from '../../lib/token-signer';
import { AirbyteClient } from '../client/airbyte.client';
import { capabilityProblem } from '../core/capability-problem';
import { withIngestionProblems } from '../core/upstream-problem';
import { assertVisible } from '../core/visibility';
import { InternalClient } from '../internal/internal-client';
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
    if (!page) throw capabilityProblem(this.internal.capability('history'));
    // A server that ignores the limit returns too much.
    const events = page.events.slice(0, limit);
    const newest = start?.createdTo ?? events[0]?.at;
    const isLast = page.received < limit || newest === undefined;
    const nextPageToken = isLast ? null : this.writeToken(offset + limit, newest, purpose);
    return { data: events.map(toHistoryEvent), nextPageToken };
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

const TOKEN = /^((\d{1,9})-(\d{1,12}))-(.{1,64})$/;
