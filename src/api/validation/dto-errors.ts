import { type ValidationError, validateSync } from 'class-validator';
import { isNestedValid, isValid, nestedListsOf } from './dto-rules';

const STRICT = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  // Hints list the known fields. They are read from the class of the target.
  validationError: { target: true, value: false },
};

/**
 * Returns the errors that class-validator finds, also for unknown fields. Stops after `enough` errors. Can be interrupted after
 * each item of a list of objects. Only invalid items are passed to class-validator, because it takes long for each.
 */
export function* dtoErrors(dto: object, enough: number): Generator<void, ValidationError[]> {
  const lists: SplitList[] = [];
  for (const [field, items] of nestedListsOf(dto)) lists.push(yield* split(field, items, enough));
  const rest = copyOf(dto, { ...dto, ...Object.fromEntries(lists.map((list) => [list.field, list.rest])) });
  if (lists.every(({ invalid }) => invalid.length === 0) && isValid(rest)) return [];
  const errors = validateSync(rest, STRICT);
  let found = errors.reduce((sum, error) => sum + countOf(error), 0);
  for (const list of lists) {
    let ofList = errors.find(({ property }) => property === list.field);
    // Errors of the list itself come before those of its items.
    if (ofList?.constraints) continue;
    for (const index of list.invalid) {
      if (found >= enough) break;
      yield;
      const ofItem = errorOfItem(dto, list, index);
      if (!ofItem) continue;
      if (!ofList) errors.push((ofList = { property: list.field, target: dto, children: [] }));
      ofList.children?.push(ofItem);
      found += countOf(ofItem);
    }
    ofList?.children?.sort((one, other) => Number(one.property) - Number(other.property));
  }
  return errors;
}

/** A list of objects. */
interface SplitList {
  readonly field: string;
  readonly items: readonly unknown[];
  /** Indexes of invalid objects and lists. */
  readonly invalid: readonly number[];
  /** The list without its objects: class-validator skips the holes, but sees the length and the other items. Lists in it are empty. */
  readonly rest: readonly unknown[];
}

function* split(field: string, items: readonly unknown[], enough: number): Generator<void, SplitList> {
  const rest = new Array<unknown>(items.length);
  const invalid: number[] = [];
  let strayItems = 0;
  for (const [index, item] of items.entries()) {
    const isNested = typeof item === 'object' && item !== null;
    if (isNested && invalid.length < enough && !isNestedValid(item)) invalid.push(index);
    if (Array.isArray(item)) rest[index] = [];
    else if (!isNested && strayItems++ < enough) rest[index] = item;
    yield;
  }
  return { field, items, invalid, rest };
}

/** Validates the list with one of its items, so that the error has its index. */
function errorOfItem(dto: object, { field, items }: SplitList, index: number): ValidationError | undefined {
  const only: unknown[] = [];
  only[index] = items[index];
  const errors = validateSync(copyOf(dto, { [field]: only }), STRICT);
  return errors.find(({ property }) => property === field)?.children?.[0];
}

function countOf({ constraints, children = [] }: ValidationError): number {
  if (constraints || children.length === 0) return 1;
  return children.reduce((sum, child) => sum + countOf(child), 0);
}

/** Returns another instance of the class of `dto`. */
function copyOf(dto: object, members: object): object {
  return Object.assign(Object.create(Object.getPrototypeOf(dto) as object) as object, members);
}
