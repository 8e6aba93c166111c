import type { ErrorObject } from 'ajv';

/** A value that fits no alternative has the errors of all of them. Keeps those of the alternative that was meant. */
export function relevantErrors(errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = errors
    .filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf')
    .sort((a, b) => a.schemaPath.length - b.schemaPath.length);
  return unions.reduce<ErrorObject[]>(withOneAlternative, [...errors]);
}

function withOneAlternative(errors: ErrorObject[], union: ErrorObject): ErrorObject[] {
  if (!errors.includes(union)) return errors;
  const inside = errors.filter(({ schemaPath }) => schemaPath.startsWith(`${union.schemaPath}/`));
  // Without errors inside, the value fits several alternatives.
  if (inside.length === 0) return errors;
  const rest = errors.filter((error) => error !== union && !inside.includes(error));
  return [...rest, ...meantAlternative(inside, union)];
}

/** The alternative whose type and constants fit, or else one error with all constants, or else the one with fewest errors. */
function meantAlternative(inside: readonly ErrorObject[], union: ErrorObject): ErrorObject[] {
  const groups = new Map<string, ErrorObject[]>();
  for (const error of inside) {
    const index = error.schemaPath.slice(union.schemaPath.length + 1).split('/')[0] ?? '';
    groups.set(index, [...(groups.get(index) ?? []), error]);
  }
  const alternatives = [...groups.values()].sort((a, b) => a.length - b.length);
  const fitting = alternatives.find((group) => !group.some((error) => excludes(error, union)));
  if (fitting) return fitting;
  const constants = inside.filter((error) => error.keyword !== 'type' && excludes(error, union));
  const [first] = constants;
  if (first && constants.every(({ instancePath }) => instancePath === first.instancePath)) {
    const allowedValues = [...new Set(constants.flatMap(allowedBy))];
    return [{ ...first, keyword: 'enum', params: { allowedValues } }];
  }
  return alternatives[0] ?? [];
}

/** Whether an error shows that another alternative was meant. */
function excludes({ keyword, instancePath }: ErrorObject, union: ErrorObject): boolean {
  if (instancePath === union.instancePath) return keyword === 'type';
  const depth = instancePath.slice(union.instancePath.length + 1).split('/').length;
  return depth === 1 && (keyword === 'const' || keyword === 'enum');
}

function allowedBy({ params }: ErrorObject): unknown[] {
  const known: { allowedValue?: unknown; allowedValues?: unknown } = params;
  return Array.isArray(known.allowedValues) ? (known.allowedValues as unknown[]) : [known.allowedValue];
}
