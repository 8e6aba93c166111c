import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { AirbyteClient } from '../client/airbyte.client';
import { capabilityProblem } from '../core/capability-problem';
import { maskedText } from '../core/mask-secrets';
import { InternalClient } from '../internal/internal-client';
import type { LogLine } from '../internal/internal-types';
import type { RunLogDto, RunLogLineDto } from './dto/run-log.dto';
import { RunReader } from './run-reader';

const MAX_LINE_CHARACTERS = 4000;
const MAX_WORD_CHARACTERS = 100;
/** Characters of all lines of an answer. */
const MAX_LOG_CHARACTERS = 1_000_000;

/** Reads logs of runs. They may contain data of the source and, despite the masking, secrets; they need a scope of their own. */
@Injectable()
export class RunLogService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly reader: RunReader,
    private readonly internal: InternalClient,
  ) {}

  /** @throws ProblemException `capability-off` if Airbyte's internal API does not provide logs */
  async tail(connectionId: string, runId: string, tail: number, request: RequestContext): Promise<RunLogDto> {
    const context = this.client.withDeadline(request);
    await this.reader.job(connectionId, runId, context);
    const details = await this.internal.jobDetails(runId, context);
    if (!details) throw capabilityProblem(this.internal.caller.capability('attempts'));
    const newest = details.attempts.at(-1);
    if (!newest) return { runId, attempt: null, lines: [], isTruncated: false };
    // One line more shows whether there are lines before.
    const wanted = { jobId: runId, attempt: newest.number, tail: tail + 1 };
    const lines = await this.internal.attemptLog(wanted, context);
    if (!lines) throw capabilityProblem(this.internal.caller.capability('logs'));
    const shown = withinSize(lines.slice(-tail).map(toLine));
    return { runId, attempt: newest.number + 1, lines: shown, isTruncated: shown.length < lines.length };
  }
}

function toLine({ at, level, origin, message }: LogLine): RunLogLineDto {
  return {
    at: at?.toISOString() ?? null,
    level: level?.slice(0, MAX_WORD_CHARACTERS) ?? null,
    origin: origin?.slice(0, MAX_WORD_CHARACTERS) ?? null,
    message: maskedText(message, MAX_LINE_CHARACTERS),
  };
}

/** The last lines that fit. */
function withinSize(lines: readonly RunLogLineDto[]): RunLogLineDto[] {
  let characters = 0;
  const from = lines.findLastIndex(({ message }) => (characters += message.length) > MAX_LOG_CHARACTERS);
  return lines.slice(from + 1);
}
