import { ValidateBy } from 'class-validator';
import type { HintContext } from '../../api/validation/hints';
import { nearestEnumValues } from '../../api/validation/nearest-enum-value';
import { EVENT_TYPES } from '../../events/event-types';

const CONTEXT: HintContext = {
  hint: `Send an array with some of ${EVENT_TYPES.map((type) => `"${type}"`).join(', ')}; [] takes all.`,
  suggest: (value, _siblings, usual) => {
    const unknown = [value].flat().filter((name) => !EVENT_TYPES.some((type) => type === name));
    const meant = unknown.flatMap((name) => nearestEnumValues(name, EVENT_TYPES));
    return meant.length === 0 ? usual : `Did you mean ${meant.slice(0, 3).join(' or ')}? ${usual}`;
  },
};

/** Event types, each at most once. */
export function IsEventTypeList(): PropertyDecorator {
  const validate = (value: unknown): boolean =>
    Array.isArray(value) &&
    new Set(value).size === value.length &&
    value.every((name) => EVENT_TYPES.some((type) => type === name));
  return ValidateBy(
    { name: 'isEventTypeList', validator: { validate } },
    { message: 'must be an array of event types, each at most once', context: CONTEXT },
  );
}
