import { maskedText } from './mask-secrets';
import { readNote } from './pause-note';

/** `gateway`: by a caller of a gateway. `user`: by a user of Airbyte, in another way. `airbyte`: by Airbyte itself. */
export const PAUSED_BY = ['user', 'gateway', 'airbyte'] as const;
export type PausedBy = (typeof PAUSED_BY)[number];

/** Reasons for which Airbyte itself deactivates a connection; `unknown`: one of another Airbyte version, or none. */
export const AIRBYTE_PAUSE_REASONS = [
  'too_many_failed_jobs_with_no_recent_success',
  'schema_changes_are_breaking',
  'disable_connection_if_any_schema_changes',
  'invalid_credit_balance',
  'connector_not_supported',
  'workspace_is_delinquent',
  'invoice_marked_uncollectible',
  'invalid_payment_method',
  'unsubscribed',
  'manually_locked',
  'unknown',
] as const;
export type AirbytePauseReason = (typeof AIRBYTE_PAUSE_REASONS)[number];

const SENTENCES: Readonly<Record<AirbytePauseReason, string>> = {
  too_many_failed_jobs_with_no_recent_success: 'Too many syncs in a row failed.',
  schema_changes_are_breaking: 'The schema of the source changed in a way that breaks the ingestion.',
  disable_connection_if_any_schema_changes:
    'The schema of the source changed, and the connection is set to stop then.',
  invalid_credit_balance: 'The credits of the workspace are used up.',
  connector_not_supported: 'The version of a connector is no longer supported.',
  workspace_is_delinquent: 'The workspace has unpaid bills.',
  invoice_marked_uncollectible: 'An invoice could not be collected.',
  invalid_payment_method: 'The payment method is invalid.',
  unsubscribed: 'The subscription ended.',
  manually_locked: 'Airbyte locked the connection.',
  unknown: 'Airbyte deactivated it and gave no known reason.',
};

/** Types of events that change the status of a connection. */
export const ENABLED = 'CONNECTION_ENABLED';
export const DISABLED = 'CONNECTION_DISABLED';

/** An event of Airbyte's timeline about the status. */
export interface StatusEvent {
  readonly id: string;
  readonly type: string;
  readonly at: Date;
  /** Null for events that Airbyte caused itself. */
  readonly userName: string | null;
  readonly reason: string | null;
}

/** Author, reason and end of a pause. */
export interface Pause {
  readonly by: PausedBy;
  /** Of the caller or the user; null if unknown. */
  readonly name: string | null;
  readonly reason: string | null;
  /** Null unless Airbyte paused it. */
  readonly airbyteReason: AirbytePauseReason | null;
  /** Begin of the pause, also if its reason was changed later. */
  readonly since: Date;
  /** When the gateway activates it; null: never. */
  readonly until: Date | null;
  /** Newest event of the pause, which its reason is from. */
  readonly eventId: string;
}

/** Whether a connection does not run by its schedule. */
export function isPaused({ status }: { readonly status: string }): boolean {
  return status === 'inactive' || status === 'locked';
}

const MAX_TEXT_CHARACTERS = 2000;
const MAX_NAME_CHARACTERS = 200;

/**
 * Reads the pause of an inactive connection.
 * @param events newest first; others are ignored
 * @returns null if the timeline has none: the connection was created inactive, or is active
 */
export function pauseOf(events: readonly StatusEvent[]): Pause | null {
  const relevant = events.filter(({ type }) => type === ENABLED || type === DISABLED);
  const activation = relevant.findIndex(({ type }) => type === ENABLED);
  const ofPause = activation < 0 ? relevant : relevant.slice(0, activation);
  const [newest] = ofPause;
  const since = ofPause.at(-1)?.at;
  if (!newest || !since) return null;
  return { ...causeOf(newest), since, eventId: newest.id };
}

/** Cause and reason of an event that deactivated a connection. */
export function causeOf({
  reason,
  userName,
}: Pick<StatusEvent, 'reason' | 'userName'>): Omit<Pause, 'since' | 'eventId'> {
  const note = reason === null ? null : readNote(reason);
  if (note) {
    const name = textOf(note.name, MAX_NAME_CHARACTERS);
    return { by: 'gateway', name, reason: textOf(note.reason), airbyteReason: null, until: note.until };
  }
  if (userName !== null) {
    const name = textOf(userName, MAX_NAME_CHARACTERS);
    return { by: 'user', name, reason: textOf(reason), airbyteReason: null, until: null };
  }
  const airbyteReason =
    AIRBYTE_PAUSE_REASONS.find((known) => known === reason?.trim().toLowerCase()) ?? 'unknown';
  const sentence = airbyteReason === 'unknown' && reason !== null ? textOf(reason) : SENTENCES[airbyteReason];
  return { by: 'airbyte', name: null, reason: sentence, airbyteReason, until: null };
}

/** Times of the timeline may be in whole seconds, and clocks differ. */
const TOLERANCE_MS = 60_000;

/**
 * The end of the pause that the gateway ended with this event. It is the only one that activates connections without a user: it
 * does so at the end of a pause, or later.
 * @param before the event about the status before it
 * @returns null if the gateway did not end a pause with it
 */
export function endedPauseOf(event: StatusEvent, before: StatusEvent | undefined): Date | null {
  if (event.type !== ENABLED || event.userName !== null || before?.type !== DISABLED) return null;
  const { until } = causeOf(before);
  return until !== null && event.at.getTime() >= until.getTime() - TOLERANCE_MS ? until : null;
}

function textOf(text: string | null, maxCharacters = MAX_TEXT_CHARACTERS): string | null {
  return text === null ? null : maskedText(text, maxCharacters);
}
