import type { ErrorObject } from 'ajv';

/**
 * Reduces errors of `oneOf` and `anyOf`. A value that matches no alternative has the errors of all of them; only those of
 * the intended alternative are kept.
 */
export function mostRelevant(errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = errors
    .filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf')
    .sort((a, b) => a.schemaPath.length - b.schemaPath.length);
  return unions.reduce<ErrorObject[]>(keepOneAlternative, [...errors]);
}

function keepOneAlternative(errors: ErrorObject[], union: ErrorObject): ErrorObject[] {
  if (!errors.includes(union)) return errors;
  const inside = errors.filter(
    (error) => error.schemaPath.startsWith(`${union.schemaPath}/`) && isBelow(error, union),
  );
  // Without errors of alternatives, the value matches several of them.
  if (inside.length === 0) return errors;
  const others = errors.filter((error) => error !== union && !inside.includes(error));
  return [...others, ...intendedAlternative(inside, union)];
}

function isBelow(error: ErrorObject, union: ErrorObject): boolean {
  return error.instancePath === union.instancePath || error.instancePath.startsWith(`${union.instancePath}/`);
}

/** The alternative that matches the discriminator, or else the one with the fewest errors. */
function intendedAlternative(errors: readonly ErrorObject[], union: ErrorObject): ErrorObject[] {
  const groups = new Map<string, ErrorObject[]>();
  for (const error of errors) {
    const index = error.schemaPath.slice(union.schemaPath.length + 1).split('/')[0] ?? '';
    groups.set(index, [...(groups.get(index) ?? []), error]);
  }
  const alternatives = [...groups.values()].sort((a, b) => a.length - b.length);
  const meant = alternatives.filter((group) => !group.some((error) => excludes(error, union)));
  if (meant[0] !== undefined) return meant[0];
  return unknownChoice(errors, union) ?? otherType(errors, union) ?? alternatives[0] ?? [];
}

/** Whether an error rules an alternative out: the type or the discriminator differs. */
function excludes({ keyword, instancePath }: ErrorObject, union: ErrorObject): boolean {
  if (instancePath === union.instancePath) return keyword === 'type';
  const depth = instancePath.slice(union.instancePath.length + 1).split('/').length;
  return depth === 1 && (keyword === 'const' || keyword === 'enum');
}

/** One error for a value whose type no alternative has. */
function otherType(errors: readonly ErrorObject[], union: ErrorObject): ErrorObject[] | null {
  const [first] = errors;
  const isOtherType = errors.every(
    ({ keyword, instancePath }) => keyword === 'type' && instancePath === union.instancePath,
  );
  if (first === undefined || !isOtherType) return null;
  return [union.parentSchema === undefined ? first : { ...first, parentSchema: union.parentSchema }];
}

/** One error with all values of the discriminator, if no alternative matches it. */
function unknownChoice(errors: readonly ErrorObject[], union: ErrorObject): ErrorObject[] | null {
  const choices = errors.filter(
    (error) => (error.keyword === 'const' || error.keyword === 'enum') && excludes(error, union),
  );
  const [first] = choices;
  if (first === undefined || choices.some(({ instancePath }) => instancePath !== first.instancePath))
    return null;
  const allowedValues = choices.flatMap(({ params }): unknown[] => {
    const { allowedValue, allowedValues: several } = params as {
      allowedValue?: unknown;
      allowedValues?: unknown[];
    };
    return several ?? [allowedValue];
  });
  return [{ ...first, keyword: 'enum', params: { allowedValues: [...new Set(allowedValues)] } }];
}
