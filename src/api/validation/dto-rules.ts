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

/** Rules by class; null for a class that only class-validator can check. */
const known = new Map<DtoClass, ReadonlyMap<string, FieldRules> | null>();

/**
 * Returns true if class-validator would report no error for this instance, not even for unknown fields. It runs the
 * registered checks of class-validator, but caches their lookup and builds no report. If it returns false, class-validator
 * must decide.
 */
export function isValid(dto: object): boolean {
  const rules = rulesOf(dto.constructor);
  if (rules === null || !Object.keys(dto).every((name) => rules.has(name))) return false;
  for (const [name, field] of rules) {
    if (!isFieldValid(dto, (dto as Record<string, unknown>)[name], field)) return false;
  }
  return true;
}

/** Returns the lists of nested objects of an instance, by field. */
export function nestedListsOf(dto: object): [field: string, items: readonly unknown[]][] {
  const members = dto as Record<string, unknown>;
  return [...(rulesOf(dto.constructor) ?? [])].flatMap(([field, { isNested }]) => {
    const items = members[field];
    return isNested && Array.isArray(items) ? [[field, items]] : [];
  });
}

function isFieldValid(dto: object, value: unknown, { conditions, checks, isNested }: FieldRules): boolean {
  if (!conditions.every((holds) => holds(dto, value))) return true;
  return checks.every((check) => check(value, dto)) && (!isNested || isNestedValid(value));
}

export function isNestedValid(value: unknown): boolean {
  if (value === undefined) return true;
  if (Array.isArray(value)) return value.every(isNestedValid);
  return typeof value === 'object' && value !== null && isValid(value);
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

/** Returns false for an unsupported kind of rule. */
function add(metadata: Metadata, field: FieldRules): boolean {
  switch (metadata.type) {
    case ValidationTypes.CONDITIONAL_VALIDATION:
      field.conditions.push(metadata.constraints[0] as Condition);
      return true;
    case ValidationTypes.NESTED_VALIDATION:
      field.isNested = true;
      return true;
    case ValidationTypes.CUSTOM_VALIDATION:
      field.checks.push(...checksOf(metadata));
      return true;
    default:
      return false;
  }
}

/** An asynchronous check counts as failed, so that class-validator decides. */
function checksOf({ constraintCls, constraints, propertyName, each }: Metadata): Check[] {
  return getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .map(({ instance }) => (values, dto) => {
      const { name: targetName } = dto.constructor;
      return (each && Array.isArray(values) ? (values as unknown[]) : [values]).every((value) => {
        const details: ValidationArguments = {
          targetName,
          property: propertyName,
          object: dto,
          value,
          constraints,
        };
        return instance.validate(value, details) === true;
      });
    });
}
