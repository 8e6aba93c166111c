import { Inject, Injectable } from '@nestjs/common';
import { validationFailed } from '../../api/problem/problem.exception';
import type { RequestContext } from '../../http/request-context';
import { CLOCK, type Clock } from '../../lib/clock';
import type { AirbyteConnection } from '../client/model/airbyte-types';
import type { PauseNote } from '../core/pause-note';
import type { PauseRequestDto } from './dto/pause-request.dto';
import { pauseFaults } from './pause-faults';
import { PauseWriter } from './pause-writer';
import { Resumer } from './resumer';

/** The members of a change that belong to a pause. */
interface PauseChange {
  readonly status?: string | null;
  readonly pause?: PauseRequestDto | null;
}

/** Pauses ingestions with a reason and an end. */
@Injectable()
export class PauseService {
  constructor(
    private readonly writer: PauseWriter,
    private readonly resumer: Resumer,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Validates the pause of a change and writes nothing.
   * @returns null if there is nothing to write: no pause was sent, or it is stored already
   * @throws ProblemException `validation-failed`; `capability-off` where pauses have no reason
   */
  async plan(
    connection: AirbyteConnection,
    { status, pause }: PauseChange,
    context: RequestContext,
  ): Promise<PauseNote | null> {
    if (!pause) return null;
    this.assertValid(pause);
    if (status === 'active')
      throw validationFailed([
        {
          field: 'pause',
          reason: 'contradicts the status active',
          hint: 'Send {"status": "inactive"} with it, or leave it out.',
        },
      ]);
    if (typeof status !== 'string' && connection.status === 'active')
      throw validationFailed([
        {
          field: 'status',
          reason: 'is missing: the ingestion is active',
          hint: 'Send {"status": "inactive"} with pause.',
        },
      ]);
    const note = noteOf(pause, context);
    return (await this.writer.isWritten(connection, note, context)) ? null : note;
  }

  /** @throws ProblemException `capability-off` where pauses have no reason */
  assertAvailable(connection: AirbyteConnection, context: RequestContext): Promise<void> {
    return this.writer.assertAvailable(connection, context);
  }

  /** Whether an ingestion is paused with exactly this reason and end. */
  isWritten(connection: AirbyteConnection, note: PauseNote, context: RequestContext): Promise<boolean> {
    return this.writer.isWritten(connection, note, context);
  }

  /** Writes what {@link plan} returned. */
  async write(connection: AirbyteConnection, note: PauseNote, context: RequestContext): Promise<void> {
    const pause = await this.writer.write(connection, note, context);
    this.resumer.note(connection.connectionId, pause);
  }

  /** @throws ProblemException `validation-failed` */
  assertValid(pause: PauseRequestDto): void {
    const faults = pauseFaults(pause, this.clock.now());
    if (faults.length > 0) throw validationFailed(faults);
  }
}

export function noteOf({ reason, until }: PauseRequestDto, { caller }: RequestContext): PauseNote {
  return {
    reason: reason ?? null,
    name: caller?.id ?? null,
    until: typeof until === 'string' ? new Date(until) : null,
  };
}
