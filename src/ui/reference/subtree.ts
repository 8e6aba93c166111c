import { type Json, jsonOf, listOf, mapMembers } from './description';

/** `#/components/<kind>/<name>`, where references and discriminators have it. */
const COMPONENT = /^#\/components\/([^/]+)\/([^/]+)$/;

/**
 * Returns the description with only the part at `path`, and the components that it refers to. Swagger UI walks through the
 * whole description whenever an operation is opened, which takes more than a second.
 */
export function subtreeOf(description: Json, path: readonly string[]): Json {
  const [root = '', ...names] = path;
  const components = jsonOf(description['components']);
  const needed = new Set<string>();
  const pending: unknown[] =
    root === 'components'
      ? [`#/components/${names.slice(0, 2).join('/')}`]
      : [part(description, path.slice(0, 2))];
  while (pending.length > 0) {
    const value = pending.pop();
    const [reference, kind = '', name = ''] = typeof value === 'string' ? (COMPONENT.exec(value) ?? []) : [];
    if (reference === undefined) pending.push(...listOf(value), ...Object.values(jsonOf(value)));
    else if (!needed.has(reference)) {
      needed.add(reference);
      pending.push(part(components, [kind, name]));
    }
  }
  return {
    ...description,
    paths: root === 'paths' ? only(description['paths'], (name) => name === names[0]) : {},
    components: mapMembers(components, (all, kind) =>
      kind === 'securitySchemes' ? all : only(all, (name) => needed.has(`#/components/${kind}/${name}`)),
    ),
  };
}

function part(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => jsonOf(inner)[name], value);
}

function only(object: unknown, isKept: (name: string) => boolean): Json {
  return Object.fromEntries(Object.entries(jsonOf(object)).filter(([name]) => isKept(name)));
}
