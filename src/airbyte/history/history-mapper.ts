import type { RunType } from '../core/dto/run.dto';
import { maskedText } from '../core/mask-secrets';
import { causeOf, DISABLED } from '../core/pause';
import { toRunFailure } from '../core/run-failure';
import type { TimelineEvent } from '../internal/internal-types';
import { readSchedule } from '../schedule';
import type { HistoryChangeDto, HistoryEventDto, HistoryKind } from './dto/history.dto';

const MAX_TEXT_CHARACTERS = 2000;
const MAX_NAME_CHARACTERS = 200;

/** Types of Airbyte's timeline that are not about a run. */
const KINDS: ReadonlyMap<string, HistoryKind> = new Map(
  Object.entries<HistoryKind>({
    CONNECTION_SETTINGS_UPDATE: 'settings_changed',
    CONNECTION_ENABLED: 'activated',
    CONNECTION_DISABLED: 'paused',
    SCHEMA_UPDATE: 'streams_changed',
    SCHEMA_CONFIG_UPDATE: 'streams_changed',
    CONNECTOR_UPDATE: 'connector_updated',
  }),
);

/** `SYNC_FAILED` and similar. */
const RUN_EVENT = /^(SYNC|REFRESH|CLEAR|RESET)_(STARTED|SUCCEEDED|INCOMPLETE|FAILED|CANCELLED)$/;
const RUN_TYPES: Readonly<Record<string, RunType>> = {
  SYNC: 'sync',
  REFRESH: 'refresh',
  CLEAR: 'clear',
  RESET: 'reset',
};
const RUN_KINDS: Readonly<Record<string, HistoryKind>> = {
  STARTED: 'run_started',
  SUCCEEDED: 'run_succeeded',
  INCOMPLETE: 'run_incomplete',
  FAILED: 'run_failed',
  CANCELLED: 'run_cancelled',
};

/** @param endedPause the end of the pause that the gateway ended with this event; null if it did not */
export function toHistoryEvent(event: TimelineEvent, endedPause: Date | null): HistoryEventDto {
  const [, runType = '', runKind = ''] = RUN_EVENT.exec(event.type) ?? [];
  return {
    eventId: event.id.slice(0, MAX_NAME_CHARACTERS),
    at: event.at.toISOString(),
    kind: RUN_KINDS[runKind] ?? KINDS.get(event.type) ?? 'unknown',
    ...originOf(event, endedPause),
    runId: event.jobId,
    runType: RUN_TYPES[runType] ?? null,
    failure: event.failure && toRunFailure(event.failure, runKind === 'INCOMPLETE'),
    changes: changesOf(event),
    upstreamType: event.type.slice(0, MAX_NAME_CHARACTERS),
  };
}

function originOf(
  event: TimelineEvent,
  endedPause: Date | null,
): Pick<HistoryEventDto, 'by' | 'reason' | 'until'> {
  if (endedPause)
    return {
      by: { kind: 'gateway', name: null },
      reason: `The pause until ${endedPause.toISOString()} was over.`,
      until: null,
    };
  if (event.type === DISABLED) {
    const { by, name, reason, until } = causeOf(event);
    return { by: { kind: by, name }, reason, until: until?.toISOString() ?? null };
  }
  const name = event.userName === null ? null : textOf(event.userName, MAX_NAME_CHARACTERS);
  const reason = event.reason === null ? null : textOf(event.reason);
  return { by: { kind: name === null ? 'airbyte' : 'user', name }, reason, until: null };
}

function changesOf({ changes, schedule }: TimelineEvent): HistoryChangeDto[] {
  const others = changes.map(({ field, from, to }) => ({
    field: textOf(field, MAX_NAME_CHARACTERS),
    from: from === null ? null : textOf(from),
    to: to === null ? null : textOf(to),
  }));
  if (schedule === null) return others;
  const [from, to] = [schedule.from, schedule.to].map((one) =>
    textOf(JSON.stringify(readSchedule(one).schedule)),
  );
  return [{ field: 'schedule', from: from ?? null, to: to ?? null }, ...others];
}

function textOf(text: string, maxCharacters = MAX_TEXT_CHARACTERS): string {
  return maskedText(text, maxCharacters);
}
