/**
 * Returns the paths of members named like properties of `Object.prototype`, such as `constructor`. class-transformer drops
 * some of them and class-validator accepts others, so neither library refuses them.
 */
export function prototypePropertyPaths(value: unknown, parent = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    return value.flatMap((member, index) => prototypePropertyPaths(member, `${parent}[${index}]`));
  }
  return Object.entries(value).flatMap(([name, member]) => {
    const path = parent === '' ? name : `${parent}.${name}`;
    return name in Object.prototype ? [path] : prototypePropertyPaths(member, path);
  });
}
