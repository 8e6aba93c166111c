import type { FieldErrorDto } from '../../api/problem/problem.dto';
import { ProblemException, validationFailed } from '../../api/problem/problem.exception';
import { AirbyteError, type AirbyteErrorKind } from '../client/model/airbyte-errors';
import { airbyteProblem } from '../core/upstream-problem';
import type { InternalSchedule } from '../schedule';

/** The operation that writes schedules. */
const WRITE = 'updateConnection';
/** Airbyte's refusals of a schedule, such as a zone that its version does not know. */
const REFUSALS: readonly AirbyteErrorKind[] = ['bad_request', 'unprocessable', 'conflict'];

/** @param faults the faults of the schedule without the capability */
export function capabilityRefusal(faults: readonly FieldErrorDto[], capability: string): ProblemException {
  return validationFailed(
    faults.map(({ field, reason, hint }) => ({
      field,
      reason,
      hint: `${hint}. It needs the capability ${capability}, which is off: GET /capabilities has the reason.`,
    })),
  );
}

/** Airbyte accepted a schedule, and another one is read back. */
export function notStored(): AirbyteError {
  return new AirbyteError('misbehaving', 'Airbyte stores another schedule than it accepted', {
    operation: WRITE,
    sent: true,
    status: 200,
  });
}

/** @param consequence a sentence about the state that is left */
export function unwrittenProblem(
  error: AirbyteError,
  internal: InternalSchedule,
  consequence: string,
): ProblemException {
  const { code, detail, extras } = airbyteProblem(error.with({ outcomeUnknown: false }));
  const isWrite = error.operation === WRITE;
  if (!REFUSALS.includes(error.kind)) {
    const failure = isWrite ? "Airbyte's internal API did not store the schedule." : 'Airbyte failed.';
    const cause = isWrite && error.kind === 'misbehaving' ? 'Another one is read back.' : detail;
    return new ProblemException('airbyte-failed', `${failure} ${cause} ${consequence}`, extras);
  }
  if (!isWrite) return new ProblemException(code, `${detail} ${consequence}`, extras);
  const field = internal.scheduleType === 'cron' ? 'schedule.timeZone' : 'schedule.basicTiming';
  const errors = [{ field, reason: 'was refused by Airbyte', hint: `Airbyte's message: ${detail}` }];
  return new ProblemException('rejected-by-airbyte', `${detail} ${consequence}`, { ...extras, errors });
}

/** A new connection is neither complete nor deleted. */
export function unfinishedCreation(connectionId: string, cause: AirbyteError): ProblemException {
  return new ProblemException(
    'outcome-unknown',
    `The ingestion ${connectionId} exists, paused and without its schedule, and could not be deleted. Repeat the request with ` +
      'the same Idempotency-Key, or delete it.',
    { cause },
  );
}

/** A change failed after its first part, and the former schedule could not be restored. */
export function unrestoredChange(cause?: AirbyteError): ProblemException {
  return new ProblemException(
    'outcome-unknown',
    'Only the schedule was changed, and the former one could not be restored. Read the ingestion, and change it again.',
    { ...(cause && { cause }) },
  );
}
