/**
 * Paths of members whose names every object has already, such as `toString` or `constructor`. class-transformer leaves some
 * of them out and class-validator takes others for known, so that nobody else would refuse them.
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
