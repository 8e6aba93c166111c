import { isMembers, type Members } from '../../client/model/parse';

/** Alternatives of specifications are nested two or three levels deep. A reference may lead back to itself. */
const MAX_DEPTH = 20;

/** The schemas that apply to one value: a schema with its alternatives and the targets of its references. */
export class ValueSchemas {
  private constructor(
    private readonly root: Members | null,
    private readonly schemas: readonly Members[],
  ) {}

  /** @param specification null: no schema is known */
  static of(specification: Members | null): ValueSchemas {
    return new ValueSchemas(specification, specification ? expanded(specification, specification, 0) : []);
  }

  /** Whether a schema marks the value as a secret, in any alternative. */
  get isSecret(): boolean {
    return this.schemas.some((schema) => schema['airbyte_secret'] === true);
  }

  member(name: string): ValueSchemas {
    return this.with(this.schemas.flatMap((schema) => memberSchemas(schema, name)));
  }

  item(index: number): ValueSchemas {
    return this.with(
      this.schemas.flatMap(({ items, prefixItems }) => [
        ...(Array.isArray(items) ? [items[index] as unknown] : [items]),
        ...(Array.isArray(prefixItems) ? [prefixItems[index] as unknown] : []),
      ]),
    );
  }

  private with(schemas: readonly unknown[]): ValueSchemas {
    const { root } = this;
    if (!root) return this;
    return new ValueSchemas(
      root,
      schemas.filter(isMembers).flatMap((schema) => expanded(schema, root, 0)),
    );
  }
}

function memberSchemas(schema: Members, name: string): unknown[] {
  const { properties, additionalProperties, patternProperties } = schema;
  const own = isMembers(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  // Patterns are not evaluated: a secret of one of them marks all of their members.
  const patterns = isMembers(patternProperties) ? Object.values(patternProperties) : [];
  return own === undefined ? [additionalProperties, ...patterns] : [own];
}

function expanded(schema: Members, root: Members, depth: number): Members[] {
  if (depth > MAX_DEPTH) return [];
  const { oneOf, anyOf, allOf, $ref } = schema;
  const others: unknown[] = [
    ...[oneOf, anyOf, allOf].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : [])),
    ...['if', 'then', 'else'].map((name) => schema[name]),
    typeof $ref === 'string' ? targetOf($ref, root) : undefined,
  ];
  return [schema, ...others.filter(isMembers).flatMap((other) => expanded(other, root, depth + 1))];
}

/** Reads a reference inside the document (RFC 6901). Others are not read. */
function targetOf(reference: string, root: Members): unknown {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined;
  const parts = reference.split('/').slice(1);
  return parts.reduce<unknown>((value, part) => {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    return isMembers(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }, root);
}
