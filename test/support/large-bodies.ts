import { DESTINATION_ID, SOURCE_ID } from './upstream-state';

/** Bodies that need as much work as the limits allow. Each has at most 100,000 bytes. */

const IDS = { name: 'a', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };

const list = <T>(count: number, item: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => item(index));
const members = (count: number, name = 'm'): Record<string, number> =>
  Object.fromEntries(list(count, (index) => [`${name}${index}`, 1]));
const creation = (extra: object): string => JSON.stringify({ ...IDS, ...extra });

/** The maximum number of valid streams, each with all members. */
export const LARGEST_CREATION = creation({
  streams: list(740, (index) => ({
    name: `s${index}`,
    namespace: 'p',
    syncMode: 'incremental_deduped_history',
    cursorField: ['u'],
    primaryKey: [['i']],
  })),
});

export const THOUSAND_STREAMS = creation({ streams: list(1000, (index) => ({ name: `stream-${index}` })) });

/** The maximum number of errors within the limits on values and members. */
export const MOST_ERRORS = creation({
  ...members(190, 'unknown'),
  streams: list(1000, () => ({ name: 1, namespace: 2, syncMode: 3, cursorField: 4 })),
});

export const MANY_EMPTY_STREAMS = creation({ streams: list(33_000, () => ({})) });

export const MANY_MEMBERS = creation(members(9_000));

/** Objects with the maximum number of unknown members, which resemble known ones. */
export const UNKNOWN_MEMBERS = creation({ streams: list(48, () => members(195, 'nam')) });

export const DEEP_LISTS = `{"name":${'['.repeat(49_000)}${']'.repeat(49_000)}}`;

export const DEEP_OBJECTS = `${'{"a":'.repeat(16_000)}1${'}'.repeat(16_000)}`;

/** Brackets that are never closed. */
export const DEEP_UNCLOSED = '['.repeat(98_000);

/** The maximum nesting in all members. */
export const DEEPEST_PERMITTED = creation({
  streams: list(560, () => {
    const depth = 16;
    return JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`) as object;
  }),
});

/** A syntax error after the maximum number of lines. */
export const BROKEN_AT_THE_END = `{"name":"a",${'\n'.repeat(99_000)}"x"`;

/** Syntax errors everywhere. */
export const BROKEN_EVERYWHERE = `{${':,'.repeat(49_000)}`;

export const REPEATED_MEMBERS = `{${Array.from({ length: 12_000 }, () => '"a":1').join()},"a":2}`;

export const LONG_TEXTS = creation({ name: 'x'.repeat(95_000) });

export const batchOf = (id: () => string): string => JSON.stringify({ ids: list(100, () => id()) });

/** The maximum number of items in 255 characters. */
const numbers = (from: number, to: number): string => list(to - from + 1, (index) => from + index).join();
export const LONGEST_CRON = `${numbers(0, 59)} */1 ${numbers(0, 23)} ? 2-11/3 *`;

export const preview = (cronExpression: string, rest: object = {}): string =>
  JSON.stringify({ schedule: { scheduleType: 'cron', cronExpression, ...rest }, count: 100 });
