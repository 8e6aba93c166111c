import { isJson, type Json, objectAt } from './json';

/**
 * References of Airbyte's description that lead nowhere, each with what it is read as. They stand in operations that
 * neither the gateway nor the embedded Airbyte has.
 */
export const DANGLING: Readonly<Record<string, Json>> = {
  '#/components/schemas/DataplaneCreateResponseBody': { type: 'object' },
  '#/components/responses/ForbiddenResponse': { description: 'Not allowed' },
};

/**
 * The description with its dangling references mended.
 * @throws Error when other references dangle, or one of these no longer does: then this list is out of date
 */
export function mendReferences(document: Json, mends: Readonly<Record<string, Json>> = DANGLING): Json {
  const dangling = new Set(
    referencesIn(document).filter((reference) => at(document, reference) === undefined),
  );
  const unknown = [...dangling].filter((reference) => !(reference in mends));
  if (unknown.length > 0) throw new Error(`These references lead nowhere: ${unknown.join(', ')}.`);
  const whole = Object.keys(mends).filter((reference) => !dangling.has(reference));
  if (whole.length > 0)
    throw new Error(`These references no longer dangle, so need no mending: ${whole.join(', ')}.`);
  return Object.entries(mends).reduce(
    (mended, [reference, value]) => withMember(mended, reference, value),
    document,
  );
}

/** Every reference of a document, repeated as often as it is made. */
function referencesIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(referencesIn);
  if (!isJson(node)) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    name === '$ref' && typeof value === 'string' ? [value] : referencesIn(value),
  );
}

/** Target of a reference within the document. */
export function at(document: Json, reference: string): unknown {
  return segmentsOf(reference).reduce<unknown>(
    (node, segment) => (isJson(node) ? node[segment] : undefined),
    document,
  );
}

function withMember(document: Json, reference: string, value: Json): Json {
  const put = (node: Json, [first = '', ...rest]: readonly string[]): Json => ({
    ...node,
    [first]: rest.length === 0 ? value : put(objectAt(node, first), rest),
  });
  return put(document, segmentsOf(reference));
}

/** RFC 6901. */
function segmentsOf(reference: string): string[] {
  return reference
    .replace(/^#\//, '')
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}
