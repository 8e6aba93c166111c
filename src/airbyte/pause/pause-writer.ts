import { Injectable } from '@nestjs/common';
import { ProblemException } from '../../api/problem/problem.exception';
import { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteConnection, CallContext } from '../client/model/airbyte-types';
import { capabilityProblem } from '../core/capability-problem';
import { Changes } from '../core/changes';
import { DISABLED, ENABLED, type Pause, pauseOf } from '../core/pause';
import { type PauseNote, writeNote } from '../core/pause-note';
import { withIngestionProblems } from '../core/upstream-problem';
import { CapabilityOffError } from '../internal/internal-caller';
import { InternalClient } from '../internal/internal-client';
import type { TimelineEvent } from '../internal/internal-types';

/** Reads and writes pauses in Airbyte's timeline. */
@Injectable()
export class PauseWriter {
  constructor(
    private readonly client: AirbyteClient,
    private readonly internal: InternalClient,
    private readonly changes: Changes,
  ) {}

  /**
   * Whether an ingestion is paused with exactly this reason and end.
   * @throws ProblemException `capability-off` if pauses cannot have a reason here
   */
  async isWritten(connection: AirbyteConnection, note: PauseNote, context: CallContext): Promise<boolean> {
    if (this.internal.caller.capability('pauseReasons').state === 'off') throw this.capabilityOff();
    const events = await this.events(connection.connectionId, context);
    if (!events) throw this.capabilityOff();
    return connection.status !== 'active' && newestOf(events)?.reason === writeNote(note);
  }

  /**
   * @param connection any that exists: without one, an installation without the internal API cannot be told apart
   * @throws ProblemException `capability-off` if pauses cannot have a reason here
   */
  async assertAvailable({ connectionId }: AirbyteConnection, context: CallContext): Promise<void> {
    const { state } = this.internal.caller.capability('pauseReasons');
    if (state === 'on') return;
    if (state === 'off' || !(await this.events(connectionId, context))) throw this.capabilityOff();
  }

  /** The pause of an inactive ingestion; undefined if the timeline cannot be read. */
  async read(connectionId: string, context: CallContext): Promise<Pause | null | undefined> {
    const events = await this.events(connectionId, context);
    return events === null ? undefined : pauseOf(events);
  }

  /**
   * Pauses an ingestion, or replaces the reason and the end of its pause. Reads it back: Airbyte answers like this also if it
   * could not store the reason.
   * @throws ProblemException; `conflict` if the status was changed at the same time
   */
  async write(connection: AirbyteConnection, note: PauseNote, context: CallContext): Promise<Pause> {
    const { connectionId } = connection;
    const reason = writeNote(note);
    await this.change({ connectionId, status: 'inactive', reason, isAutomatic: false }, context);
    const events = await this.events(connectionId, context);
    if (!events) throw unconfirmed();
    const pause = pauseOf(events);
    if (pause && newestOf(events)?.reason === reason) return pause;
    if (events.some((event) => event.reason === reason)) throw changedMeanwhile();
    await this.undo(connection, context);
    throw notRecorded(connection);
  }

  /** Ends a pause. The timeline shows that no user did it. */
  resume(connectionId: string, until: Date, context: CallContext): Promise<void> {
    const reason = `The pause until ${until.toISOString()} is over.`;
    return this.change({ connectionId, status: 'active', reason, isAutomatic: true }, context);
  }

  private async change(
    change: Parameters<InternalClient['changeStatus']>[0],
    context: CallContext,
  ): Promise<void> {
    const { connectionId } = change;
    try {
      await withIngestionProblems(connectionId, () => this.internal.changeStatus(change, context));
    } catch (error) {
      throw error instanceof CapabilityOffError ? this.capabilityOff() : error;
    } finally {
      this.changes.record(connectionId);
    }
  }

  /** Leaves the ingestion as it was. */
  private async undo({ connectionId, status }: AirbyteConnection, context: CallContext): Promise<void> {
    if (status !== 'active') return;
    try {
      await withIngestionProblems(connectionId, () =>
        this.client.patchConnection(connectionId, { status }, context),
      );
    } finally {
      this.changes.record(connectionId);
    }
  }

  /** Events about the status, newest first; null if they cannot be read. */
  private async events(connectionId: string, context: CallContext): Promise<readonly TimelineEvent[] | null> {
    return (await this.internal.statusEvents({ connectionId }, context))?.events ?? null;
  }

  private capabilityOff(): ProblemException {
    return capabilityProblem(this.internal.caller.capability('pauseReasons'));
  }
}

/** Activations have no reason. */
function newestOf(events: readonly TimelineEvent[]): TimelineEvent | undefined {
  return events.find(({ type }) => type === DISABLED || type === ENABLED);
}

function unconfirmed(): ProblemException {
  return new ProblemException(
    'outcome-unknown',
    'Airbyte accepted the pause, but its timeline could not be read after it. Look at the status of this ingestion.',
  );
}

function changedMeanwhile(): ProblemException {
  return new ProblemException(
    'conflict',
    'Another change of the status came at the same time. Read the status, and decide anew.',
  );
}

function notRecorded({ status }: AirbyteConnection): ProblemException {
  return new ProblemException(
    'airbyte-failed',
    status === 'active'
      ? 'Airbyte did not store the reason of the pause, so the ingestion was activated again.'
      : 'Airbyte did not store the new reason of the pause.',
  );
}
