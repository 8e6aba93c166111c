import type { ForeignNamesOf } from '../../../api/validation/foreign-names';

/** Names in Airbyte's API and in other tools, by their hint. "Remove it" would lead to the default, such as no schedule. */
const HINTS: readonly (readonly [hint: string, names: readonly string[]])[] = [
  [
    'It belongs into schedule: {"scheduleType": "cron", "cronExpression": "0 2 * * *"} or {"scheduleType": "basic", "basicTiming": "Every 6 HOURS"}.',
    [
      ...['cron', 'cronExpression', 'expression', 'frequency', 'interval', 'basicTiming', 'basicSchedule'],
      ...['scheduleType', 'schedule_type', 'scheduleData', 'timeZone', 'timezone'],
    ],
  ],
  [
    'Write "status": "active" or "status": "inactive" instead.',
    ['enabled', 'disabled', 'active', 'isActive', 'paused'],
  ],
  ['Did you mean name?', ['title', 'label', 'connectionName', 'displayName']],
  [
    'Did you mean streams? It is a list such as [{"name": "orders"}].',
    ['tables', 'configurations', 'syncCatalog', 'selectedStreams'],
  ],
];

export const FOREIGN_FIELDS: ForeignNamesOf = Object.fromEntries(
  HINTS.flatMap(([hint, names]) => names.map((name) => [name, { hint }])),
);
