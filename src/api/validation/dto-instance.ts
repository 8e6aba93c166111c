import { getMetadataStorage } from 'class-validator';
import { plainToInstance } from 'class-transformer';
import { isFreeForm } from './free-form';

export type DtoClass = new () => object;

/** Fields of a class. The value is the class of the nested objects, or null. */
type Fields = ReadonlyMap<string, DtoClass | null>;

const known = new Map<DtoClass, Fields>();

/** Lists of lists of strings are the deepest values that are not DTO objects. */
const MAX_LIST_DEPTH = 2;

/**
 * Creates an instance of a DTO class, with at most `maxUnknown` unknown fields and without nested objects that cannot be valid.
 * This limits the work: class-transformer and class-validator need several microseconds per value, and the response lists only
 * some errors. Can be interrupted after each item of a list of objects.
 */
export function* toInstance(values: object, dto: DtoClass, maxUnknown: number): Generator<void, object> {
  return yield* new Cut(maxUnknown).instance(values, dto);
}

class Cut {
  constructor(private remaining: number) {}

  *instance(values: object, dto: DtoClass): Generator<void, object> {
    const fields = fieldsOf(dto);
    const asSent: Record<string, unknown> = {};
    const others: Record<string, unknown> = {};
    for (const [name, value] of this.kept(values, fields)) {
      const nested = fields.get(name);
      if (isFreeForm(dto, name)) asSent[name] = value;
      else if (nested && Array.isArray(value)) asSent[name] = yield* this.items(value, nested);
      else others[name] = this.member(value, nested);
    }
    return Object.assign(plainToInstance(dto, others), asSent);
  }

  private *items(values: readonly unknown[], dto: DtoClass): Generator<void, unknown[]> {
    const items: unknown[] = [];
    for (const value of values) {
      items.push(
        isObject(value) ? plainToInstance(dto, this.object(value, fieldsOf(dto))) : withoutDepth(value, 0),
      );
      yield;
    }
    return items;
  }

  private object(values: object, fields: Fields): object {
    return Object.fromEntries(
      this.kept(values, fields).map(([name, value]) => [name, this.member(value, fields.get(name))]),
    );
  }

  private member(value: unknown, nested: DtoClass | null | undefined): unknown {
    return nested && isObject(value) ? this.object(value, fieldsOf(nested)) : withoutDepth(value, 0);
  }

  private kept(values: object, fields: Fields): [string, unknown][] {
    return Object.entries(values).filter(([name]) => fields.has(name) || this.remaining-- > 0);
  }
}

/** Hints may read the direct members of an object. */
const MAX_MEMBERS_FOR_HINTS = 10;

/** Removes nested objects, which are never valid without a class. */
function withoutDepth(value: unknown, depth: number): unknown {
  if (Array.isArray(value))
    return depth === MAX_LIST_DEPTH ? [] : value.map((item) => withoutDepth(item, depth + 1));
  if (!isObject(value)) return value;
  const members = Object.entries(value).slice(0, MAX_MEMBERS_FOR_HINTS);
  return Object.fromEntries(members.filter(([, member]) => typeof member !== 'object'));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(dto: DtoClass): Fields {
  const found = known.get(dto) ?? readFields(dto);
  known.set(dto, found);
  return found;
}

function readFields(dto: DtoClass): Fields {
  const checks = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  const names = new Set(checks.map(({ propertyName }) => propertyName));
  return new Map([...names].map((name) => [name, nestedClass(dto, name)]));
}

/** Returns the class in `@Type`. class-transformer creates an instance of it. */
function nestedClass(dto: DtoClass, name: string): DtoClass | null {
  const made: unknown = Reflect.get(plainToInstance(dto, { [name]: {} }), name);
  if (!isObject(made) || made.constructor === Object) return null;
  return made.constructor as DtoClass;
}
