import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { validationFailed } from '../../api/problem/problem.exception';
import { ApiProblems } from '../../api/openapi/api-problems';
import { QueryValidationPipe } from '../../api/validation/query.pipe';
import { CallerGate } from '../../auth/caller-gate';
import { RequiresScope } from '../../http/access-decorators';
import { abortOnDisconnect } from '../../http/client-disconnect';
import { Context, type RequestContext } from '../../http/request-context';
import { STREAM_EXAMPLE } from '../dto/event-examples';
import { type EventFilter, EventFilterDto, filterOf, MAX_POSITION_LENGTH } from '../dto/event-query.dto';
import { EventsRuntime } from '../events-runtime';
import { EventStreams } from './event-streams';

@ApiTags('events')
@Controller('events')
export class EventStreamController {
  constructor(
    private readonly runtime: EventsRuntime,
    private readonly streams: EventStreams,
    private readonly gate: CallerGate,
  ) {}

  @Get('stream')
  @RequiresScope('ingestion:read')
  @ApiOperation({
    operationId: 'streamEvents',
    summary: 'Stream events',
    description:
      'Sends events as they are recorded, as server-sent events: `id` is the id of the event, `event` its type, `data` the ' +
      'event as JSON. It begins after `Last-Event-ID` or `after`, and now without both. After at most 15 s of silence it ' +
      'sends a comment with the position. It ends when the gateway stops, when the credentials are no longer valid, and ' +
      'when the client does not read: connect again with the last `id`. A caller may have 10 streams. Needs the capability `events`.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The last `id` of the stream before. It takes precedence over `after`.',
    schema: { type: 'string', maxLength: MAX_POSITION_LENGTH },
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description: 'Events until the stream ends.',
    content: {
      'text/event-stream': {
        schema: { type: 'string' },
        examples: { succeeded: { summary: 'A run has succeeded', value: STREAM_EXAMPLE } },
      },
    },
  })
  @ApiProblems({ codes: ['validation-failed', 'events-expired', 'capability-off', 'events-unavailable'] })
  async streamEvents(
    @Query(QueryValidationPipe) query: EventFilterDto,
    @Context() context: RequestContext,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const signal = abortOnDisconnect(reply);
    const filter = continuing(query, request.headers['last-event-id']);
    const log = await this.runtime.open();
    const text = await this.streams.start(log, {
      filter,
      context,
      signal,
      isAllowed: () => this.gate.isStillAllowed(request),
      noteReader: () => this.runtime.open(),
    });
    // nginx would collect the events.
    void reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('cache-control', 'no-cache, no-transform')
      .header('x-accel-buffering', 'no');
    if (request.method === 'HEAD') text.destroy();
    await reply.send(request.method === 'HEAD' ? '' : text);
  }
}

/** @throws ProblemException `validation-failed` for a header that no stream has sent */
function continuing(query: EventFilterDto, lastId: string | string[] | undefined): EventFilter {
  const filter = filterOf(query);
  if (lastId === undefined || lastId === '') return filter;
  if (typeof lastId === 'string' && lastId.length <= MAX_POSITION_LENGTH) return { ...filter, after: lastId };
  throw validationFailed([
    {
      field: 'Last-Event-ID',
      reason: `must have at most ${MAX_POSITION_LENGTH} characters`,
      hint: 'Send the last id of the stream before, unchanged.',
    },
  ]);
}
