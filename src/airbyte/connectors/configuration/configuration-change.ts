import { isDeepStrictEqual } from 'node:util';
import type { FieldErrorDto } from '../../../api/problem/problem.dto';
import { isMembers, type Members } from '../../client/model/parse';
import { MASK } from './secrets';

/** A change without the values that the caller has read as masks and sends back, and errors of masks without a stored value. */
export interface ReceivedChange {
  readonly change: Members;
  readonly errors: readonly FieldErrorDto[];
}

/**
 * Removes masks from a change: they stand for secrets that stay as they are.
 * @param shown the stored configuration, with secrets masked
 */
export function withoutMasks(sent: Members, shown: Members, parent = 'configuration'): ReceivedChange {
  const errors: FieldErrorDto[] = [];
  const kept: [string, unknown][] = [];
  for (const [name, value] of Object.entries(sent)) {
    const field = `${parent}.${name}`;
    const stored = Object.hasOwn(shown, name) ? shown[name] : undefined;
    if (isMembers(value) && isMembers(stored)) {
      const inner = withoutMasks(value, stored, field);
      kept.push([name, inner.change]);
      errors.push(...inner.errors);
    } else if (!holdsMask(value)) kept.push([name, value]);
    else if (!isDeepStrictEqual(value, stored)) errors.push(...maskErrors(value, field));
  }
  return { change: Object.fromEntries(kept), errors };
}

/** An error for each mask of a new configuration. */
export function maskErrors(value: unknown, field: string): FieldErrorDto[] {
  if (typeof value === 'string' && value.includes(MASK))
    return [
      {
        field,
        reason: 'is masked, and no value is stored for it',
        hint: 'Send the real value. Masks are only in answers.',
      },
    ];
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) => maskErrors(item, `${field}[${index}]`));
  if (!isMembers(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => maskErrors(member, `${field}.${name}`));
}

function holdsMask(value: unknown): boolean {
  return maskErrors(value, '').length > 0;
}

/** The configuration after a change, as Airbyte computes it: objects are merged, other values replaced. */
export function mergeConfiguration(stored: Members, change: Members): Members {
  const merged = Object.entries(change).map(([name, value]): [string, unknown] => {
    const before = Object.hasOwn(stored, name) ? stored[name] : undefined;
    return [name, isMembers(value) && isMembers(before) ? mergeConfiguration(before, value) : value];
  });
  return { ...stored, ...Object.fromEntries(merged) };
}
