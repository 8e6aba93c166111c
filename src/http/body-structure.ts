import type { FieldErrorDto } from '../api/problem/problem.dto';
import { type ProblemException, malformedBody, validationFailed } from '../api/problem/problem.exception';

/** Bodies of this API have three levels. Later steps recurse into every level. */
export const MAX_BODY_DEPTH = 20;
/** No operation accepts a longer array. */
const MAX_ITEMS = 1000;
/** Objects of this API have less than half as many members. */
const MAX_MEMBERS = 200;
/** A request with 1000 complete streams has fewer values. */
const MAX_VALUES = 10_000;

/**
 * Returns a problem if a body is nested too deeply or has too many values. Validation takes a few microseconds per value, so
 * a body of 100 kB could block the event loop. This check stops at the first exceeded limit.
 */
export function bodyStructureProblem(body: unknown): ProblemException | undefined {
  return new BodyWalk().visit(body, '', 0);
}

export function nestedTooDeeply(): ProblemException {
  return malformedBody(`A body may be nested at most ${MAX_BODY_DEPTH} levels deep.`);
}

class BodyWalk {
  private values = 0;

  visit(value: unknown, path: string, depth: number): ProblemException | undefined {
    if (++this.values > MAX_VALUES) return tooMany('body', this.values - 1, 'values', MAX_VALUES);
    if (typeof value !== 'object' || value === null) return undefined;
    if (depth === MAX_BODY_DEPTH) return nestedTooDeeply();
    return Array.isArray(value)
      ? this.visitItems(value, path, depth)
      : this.visitMembers(value as Record<string, unknown>, path, depth);
  }

  private visitItems(items: unknown[], path: string, depth: number): ProblemException | undefined {
    if (items.length > MAX_ITEMS) return tooMany(path || 'body', items.length, 'items', MAX_ITEMS);
    for (const [index, item] of items.entries()) {
      const problem = this.visit(item, `${path}[${index}]`, depth + 1);
      if (problem) return problem;
    }
    return undefined;
  }

  private visitMembers(
    members: Record<string, unknown>,
    path: string,
    depth: number,
  ): ProblemException | undefined {
    const names = Object.keys(members);
    if (names.length > MAX_MEMBERS) return tooMany(path || 'body', names.length, 'members', MAX_MEMBERS);
    for (const name of names) {
      const problem = this.visit(members[name], path === '' ? name : `${path}.${name}`, depth + 1);
      if (problem) return problem;
    }
    return undefined;
  }
}

function tooMany(field: string, count: number, unit: string, limit: number): ProblemException {
  const error: FieldErrorDto = {
    field: field.slice(0, 200),
    reason: `has ${unit === 'values' ? 'more than ' : ''}${count} ${unit}, but may have at most ${limit}`,
    hint: `Send at most ${limit} ${unit}.`,
  };
  return validationFailed([error]);
}
