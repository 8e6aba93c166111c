type Json = Readonly<Record<string, unknown>>;

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A description of 3.1 in the terms of 3.0, in which Nest's types and these tests read it: `nullable` in the place of a null
 * type, one `example` in the place of several. The answers themselves are held to the description as it is.
 */
export function inTermsOf30(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inTermsOf30);
  if (!isJson(value)) return value;
  const inner = Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, isData(key) ? member : inTermsOf30(member)]),
  );
  const { anyOf, type, examples, $ref, ...rest } = inner;
  // Several examples of a body are an object, by name.
  const example = Array.isArray(examples)
    ? { example: examples[0] as unknown }
    : examples
      ? { examples }
      : {};
  if (Array.isArray(anyOf)) {
    const [only] = anyOf as readonly unknown[];
    const said = isJson(only) && '$ref' in only ? { allOf: [only] } : (only as Json);
    return { ...rest, ...example, nullable: true, ...said };
  }
  if (Array.isArray(type)) return { ...rest, ...example, type: type[0] as unknown, nullable: true };
  const words = { ...rest, ...example };
  if ($ref !== undefined && Object.keys(words).length > 0) return { ...words, allOf: [{ $ref }] };
  return { ...words, ...(type !== undefined && { type }), ...($ref !== undefined && { $ref }) };
}

/** Members that hold values of the API. */
function isData(key: string): boolean {
  return ['value', 'default', 'enum'].includes(key);
}
