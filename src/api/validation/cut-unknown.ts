import { getMetadataStorage } from 'class-validator';
import { plainToInstance } from 'class-transformer';

type DtoClass = new () => object;

/** Fields of a class. The value is the class of the nested objects, or null. */
type Fields = ReadonlyMap<string, DtoClass | null>;

const known = new Map<DtoClass, Fields>();

/** Lists of lists of strings are the deepest values that are not DTO objects. */
const MAX_LIST_DEPTH = 2;

/**
 * Copies the values of a request with at most `maxUnknown` unknown fields and without nested objects that cannot be valid.
 * This limits the work: class-transformer and class-validator need several microseconds per value, and the response lists
 * only some errors.
 */
export function cutUnknown(values: object, dto: DtoClass, maxUnknown: number): unknown {
  return new Cut(maxUnknown).object(values, fieldsOf(dto));
}

class Cut {
  constructor(private remaining: number) {}

  object(values: object, fields: Fields): object {
    const kept: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(values)) {
      const nested = fields.get(name);
      if (nested === undefined && this.remaining-- <= 0) continue;
      kept[name] = nested ? this.nested(value, fieldsOf(nested)) : withoutDepth(value, 0);
    }
    return kept;
  }

  private nested(value: unknown, fields: Fields): unknown {
    if (Array.isArray(value))
      return value.map((item) => (isObject(item) ? this.object(item, fields) : withoutDepth(item, 0)));
    return isObject(value) ? this.object(value, fields) : value;
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
