import { getMetadataStorage, type ValidationArguments, ValidationTypes } from 'class-validator';

type DtoClass = object['constructor'];
type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];
type Condition = (dto: object, value: unknown) => boolean;
type Check = (value: unknown, dto: object) => boolean;

interface FieldRules {
  readonly conditions: Condition[];
  readonly checks: Check[];
  isNested: boolean;
}

/** By class; null for one that only class-validator itself can judge. */
const known = new Map<DtoClass, ReadonlyMap<string, FieldRules> | null>();

/**
 * True: class-validator would find nothing wrong with this instance, unknown fields included. The checks are its own,
 * as the decorators registered them; what is spared is to look them up for every request and to prepare a report that
 * nobody needs. False says nothing: then class-validator has to be asked.
 */
export function passesFastPath(dto: object): boolean {
  const rules = rulesOf(dto.constructor);
  if (rules === null || !Object.keys(dto).every((name) => rules.has(name))) return false;
  for (const [name, field] of rules) {
    if (!isFieldValid(dto, (dto as Record<string, unknown>)[name], field)) return false;
  }
  return true;
}

/**
 * Cuts nested lists of an invalid instance after so many invalid items: class-validator would report every one of them, and
 * the answer lists only some.
 */
export function cutInvalidItems(dto: object, maxInvalidItems: number): void {
  const members = dto as Record<string, unknown>;
  for (const [name, field] of rulesOf(dto.constructor) ?? []) {
    const items = members[name];
    if (!field.isNested || !Array.isArray(items)) continue;
    let invalid = 0;
    const end = items.findIndex((item) => !isNestedValid(item) && ++invalid === maxInvalidItems);
    if (end >= 0) members[name] = items.slice(0, end + 1);
  }
}

function isFieldValid(dto: object, value: unknown, { conditions, checks, isNested }: FieldRules): boolean {
  if (!conditions.every((holds) => holds(dto, value))) return true;
  return checks.every((check) => check(value, dto)) && (!isNested || isNestedValid(value));
}

function isNestedValid(value: unknown): boolean {
  if (value === undefined) return true;
  if (Array.isArray(value)) return value.every(isNestedValid);
  return typeof value === 'object' && value !== null && passesFastPath(value);
}

function rulesOf(dto: DtoClass): ReadonlyMap<string, FieldRules> | null {
  let rules = known.get(dto);
  if (rules === undefined) {
    rules = gather(dto);
    known.set(dto, rules);
  }
  return rules;
}

function gather(dto: DtoClass): ReadonlyMap<string, FieldRules> | null {
  const rules = new Map<string, FieldRules>();
  for (const metadata of getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false)) {
    const field = rules.get(metadata.propertyName) ?? { conditions: [], checks: [], isNested: false };
    if (!add(metadata, field)) return null;
    rules.set(metadata.propertyName, field);
  }
  return rules.size === 0 ? null : rules;
}

/** False for a kind of rule that is not known here. */
function add(metadata: Metadata, field: FieldRules): boolean {
  switch (metadata.type) {
    case ValidationTypes.CONDITIONAL_VALIDATION:
      field.conditions.push(metadata.constraints[0] as Condition);
      return true;
    case ValidationTypes.NESTED_VALIDATION:
      field.isNested = true;
      return true;
    case ValidationTypes.CUSTOM_VALIDATION:
      if (metadata.each) return false;
      field.checks.push(...checksOf(metadata));
      return true;
    default:
      return false;
  }
}

/** A check that answers later is none that holds now. */
function checksOf({ constraintCls, constraints, propertyName }: Metadata): Check[] {
  return getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .map(({ instance }) => (value, dto) => {
      const { name: targetName } = dto.constructor;
      const details: ValidationArguments = {
        targetName,
        property: propertyName,
        object: dto,
        value,
        constraints,
      };
      return instance.validate(value, details) === true;
    });
}
