import type { ScheduleInput, SchedulePreview } from '@airbyte-ingestion/client';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { FiringTable } from './firing-table';
import { day, READER_ZONE } from './format';
import { ProblemNotice } from './problem';
import type { Session } from './session';
import { nextZoneChange, type ZoneChange } from './zone-change';

const TYPING_PAUSE_MS = 250;
/** The most firings of one preview. */
const MAX_FIRINGS = 100;
const MAX_LOOK_BACK_MS = 8 * 86_400_000;
const EXAMPLES = [
  ['0 2 * * *', 'every night at 02:00'],
  ['0 9 * * 1-5', 'on weekdays at 09:00'],
  ['*/30 * * * *', 'every half an hour'],
] as const;

interface ScheduleFormProps {
  readonly session: Session;
  readonly schedule: ScheduleInput;
  readonly onSchedule: (schedule: ScheduleInput) => void;
}

/** Edits a schedule and shows its firings while the reader types. */
export function ScheduleForm({ session, schedule, onSchedule }: ScheduleFormProps): JSX.Element {
  const { scheduleType, cronExpression = '', basicTiming = '', timeZone = null } = schedule;
  const choose = (type: ScheduleInput['scheduleType']) => (): void => {
    if (type === 'cron') onSchedule({ scheduleType: type, cronExpression: '0 2 * * *' });
    else if (type === 'basic') onSchedule({ scheduleType: type, basicTiming: 'Every 6 HOURS' });
    else onSchedule({ scheduleType: type });
  };
  return (
    <>
      <fieldset class="types">
        <legend>When</legend>
        <Choice text="At times" isChosen={scheduleType === 'cron'} onChoose={choose('cron')} />
        <Choice text="At an interval" isChosen={scheduleType === 'basic'} onChoose={choose('basic')} />
        <Choice text="On demand only" isChosen={scheduleType === 'manual'} onChoose={choose('manual')} />
      </fieldset>
      {scheduleType === 'cron' && (
        <div class="pair">
          <label>
            Cron expression <small>five Unix fields, or Quartz</small>
            <input
              class="code"
              value={cronExpression ?? ''}
              spellcheck={false}
              autocapitalize="off"
              onInput={(event) => {
                onSchedule({ ...schedule, cronExpression: event.currentTarget.value });
              }}
            />
          </label>
          {session.has('timeZones') && (
            <ZoneSelect
              value={timeZone ?? 'UTC'}
              onZone={(zone) => {
                onSchedule({ ...schedule, timeZone: zone === 'UTC' ? null : zone });
              }}
            />
          )}
          <p class="quiet examples">
            {EXAMPLES.map(([expression, words]) => (
              <button
                key={expression}
                type="button"
                class="plain"
                onClick={() => {
                  onSchedule({ ...schedule, cronExpression: expression });
                }}
              >
                <code>{expression}</code> {words}
              </button>
            ))}
          </p>
        </div>
      )}
      {scheduleType === 'basic' && (
        <label>
          Interval <small>such as Every 6 HOURS or Every 30 MINUTES</small>
          <input
            class="code"
            value={basicTiming ?? ''}
            onInput={(event) => {
              onSchedule({ ...schedule, basicTiming: event.currentTarget.value });
            }}
          />
        </label>
      )}
      {scheduleType !== 'manual' && <Preview session={session} schedule={schedule} />}
    </>
  );
}

function Choice(props: {
  readonly text: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}): JSX.Element {
  return (
    <label class="choice">
      <input type="radio" name="schedule" checked={props.isChosen} onChange={props.onChoose} />
      <span>{props.text}</span>
    </label>
  );
}

function ZoneSelect({
  value,
  onZone,
}: {
  readonly value: string;
  readonly onZone: (zone: string) => void;
}): JSX.Element {
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
  return (
    <label>
      Time zone <small>of the expression</small>
      <select
        value={value}
        onChange={(event) => {
          onZone(event.currentTarget.value);
        }}
      >
        {zones.map((zone) => (
          <option key={zone} value={zone}>
            {zone === READER_ZONE ? `${zone} (yours)` : zone}
          </option>
        ))}
      </select>
    </label>
  );
}

interface Previewed {
  readonly preview: SchedulePreview;
  readonly change: ZoneChange | null;
  readonly aroundChange: readonly string[];
}

function Preview({
  session,
  schedule,
}: {
  readonly session: Session;
  readonly schedule: ScheduleInput;
}): JSX.Element {
  const [previewed, setPreviewed] = useState<Previewed | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      readPreview(session, schedule, stop.signal).then(
        (read) => {
          setPreviewed(read);
          setError(null);
        },
        (reason: unknown) => {
          if (stop.signal.aborted) return;
          setPreviewed(null);
          setError(reason);
        },
      );
    }, TYPING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [JSON.stringify(schedule)]);
  const zone = zoneOf(schedule);
  return (
    <div class="preview" aria-live="polite" aria-label="Preview of the schedule" role="group">
      <ProblemNotice error={error} />
      {previewed && (
        <>
          <p class="schedule-words">{previewed.preview.description}</p>
          <FiringTable firings={previewed.preview.nextSyncs} zone={schedule.timeZone ?? null} />
          {previewed.change && (
            <div class="zone-change">
              <p>
                The clocks of {zone} change on {day(previewed.change.at, zone)}{' '}
                {`(${previewed.change.from} → ${previewed.change.to}). `}
                Firings around that time:
              </p>
              <FiringTable
                firings={previewed.aroundChange}
                zone={schedule.timeZone ?? null}
                label="Firings when the clocks change"
              />
            </div>
          )}
        </>
      )}
    </div>
  );
}

/** The zone whose clock changes the reader notices: the one of the schedule, or, if that is UTC, their own. */
function zoneOf({ timeZone }: ScheduleInput): string {
  return timeZone ?? READER_ZONE;
}

async function readPreview(
  session: Session,
  schedule: ScheduleInput,
  signal: AbortSignal,
): Promise<Previewed> {
  const preview = await session.client.preview({ schedule, count: 4 }, { signal });
  const change = schedule.scheduleType === 'cron' ? nextZoneChange(zoneOf(schedule), Date.now()) : null;
  if (!change) return { preview, change: null, aroundChange: [] };
  const from = new Date(change.at.getTime() - lookBackMs(preview.nextSyncs)).toISOString();
  const { nextSyncs } = await session.client.preview({ schedule, from, count: MAX_FIRINGS }, { signal });
  return { preview, change, aroundChange: around(change.at, nextSyncs) };
}

/** A week and a day, or less if the schedule fires more often than the preview has firings. */
function lookBackMs(firings: readonly string[]): number {
  const times = firings.map((firing) => Date.parse(firing));
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return Math.min(MAX_LOOK_BACK_MS, (Math.min(...gaps) * MAX_FIRINGS) / 2);
}

/** The last two firings before a time, and the first two after it. */
function around(at: Date, firings: readonly string[]): readonly string[] {
  const first = firings.findIndex((firing) => Date.parse(firing) >= at.getTime());
  return first < 0 ? [] : firings.slice(Math.max(0, first - 2), first + 2);
}
