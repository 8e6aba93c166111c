import type { FieldErrorDto } from '../../api/problem/problem.dto';
import { hasMarker } from '../core/pause-note';
import type { PauseRequestDto } from './dto/pause-request.dto';

const DAY_MS = 86_400_000;
/** A longer pause is rather a mistake in the year. */
const MAX_DAYS = 366;

/** Faults of a pause besides the form of its fields; empty if there are none. */
export function pauseFaults({ reason, until }: PauseRequestDto, now: Date): FieldErrorDto[] {
  const faults: FieldErrorDto[] = [];
  if (typeof reason !== 'string' && typeof until !== 'string')
    faults.push({
      field: 'pause',
      reason: 'has neither a reason nor an end',
      hint: 'Give reason, until or both. To pause without them, leave out pause.',
    });
  if (typeof reason === 'string' && hasMarker(reason))
    faults.push({
      field: 'pause.reason',
      reason: 'must not contain [gateway pause, which the gateway writes behind the reason',
      hint: 'Leave out what begins with [gateway pause.',
    });
  const untilMs = typeof until === 'string' ? Date.parse(until) : null;
  if (untilMs !== null && untilMs <= now.getTime())
    faults.push({
      field: 'pause.until',
      reason: `is not in the future: it is ${now.toISOString()}`,
      hint: 'Give a later time, or send {"status": "active"} to end the pause.',
    });
  if (untilMs !== null && untilMs > now.getTime() + MAX_DAYS * DAY_MS)
    faults.push({
      field: 'pause.until',
      reason: `is more than ${MAX_DAYS} days ahead`,
      hint: 'Give an earlier time, or leave it out for a pause without an end.',
    });
  return faults;
}
