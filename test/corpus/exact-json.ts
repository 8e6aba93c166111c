import { parseTree, type Node } from 'jsonc-parser';

/**
 * Returns the canonical form of a JSON text. It is equal for two texts if and only if their values are equal: numbers
 * with all digits, members in any order, strings after decoding their escapes.
 */
export function canonical(json: string): string {
  const tree = parseTree(json, undefined, { disallowComments: true });
  if (!tree) throw new Error(`not JSON: ${json.slice(0, 80)}`);
  return canonicalNode(tree, json);
}

/** The canonical members of a JSON object without nulls. */
export function canonicalMembers(json: string): Map<string, string> {
  const tree = parseTree(json);
  if (tree?.type !== 'object') throw new Error(`not an object: ${json.slice(0, 80)}`);
  const members = new Map<string, string>();
  for (const { children: [name, value] = [] } of tree.children ?? [])
    if (name && value && value.type !== 'null') members.set(String(name.value), canonicalNode(value, json));
  return members;
}

function canonicalNode(node: Node, json: string): string {
  switch (node.type) {
    case 'number':
      return canonicalNumber(json.slice(node.offset, node.offset + node.length));
    case 'string':
      return JSON.stringify(node.value);
    case 'array':
      return `[${(node.children ?? []).map((item) => canonicalNode(item, json)).join(',')}]`;
    case 'object':
      return `{${(node.children ?? [])
        .map(
          ({ children: [name, value] = [] }) =>
            `${JSON.stringify(name?.value)}:${value ? canonicalNode(value, json) : ''}`,
        )
        .sort()
        .join(',')}}`;
    default:
      return String(node.value);
  }
}

/** Digits times a power of ten, without leading and trailing zeros. */
function canonicalNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return '0';
  const power = Number(exponent) - fraction.length + digits.length - trimmed.length;
  return `${sign}${trimmed}e${power}`;
}
