import type { JsonObject } from '../../../platform/json';
import type { LeafColumn } from './column';
import type { SchemaElement, SchemaTree } from './metadata';
import { Dictionary, Leaf, List, Struct, type Node, type RepeatedLevels } from './nodes';
import { kindOf } from './values';

/** The schema of a file, prepared for reading. */
export interface Layout {
  /** The node of a complete row. */
  readonly row: Node;
  /** All columns of primitive values, in the order of the row groups. */
  readonly leaves: readonly LeafColumn[];
  /** The JSON schema of each column of a row. */
  readonly properties: ReadonlyMap<string, JsonObject>;
}

/** The path and the levels of a part of the schema. */
interface Place {
  readonly path: readonly string[];
  readonly definition: number;
  readonly repetition: number;
  /** The lowest definition level here if no parent is null. */
  readonly least: number;
}

/** @throws Error if the schema is invalid or not supported */
export function layoutOf(root: SchemaTree): Layout {
  const builder = new Builder();
  const properties = new Map<string, JsonObject>();
  const top: Place = { path: [], definition: 0, repetition: 0, least: 0 };
  const members = root.children.map((tree, index) => {
    // As for CSV, a column without a name is named by its position.
    const name = tree.element.name === '' ? `Unnamed: ${index}` : tree.element.name;
    if (properties.has(name)) throw new Error(`two columns are named ${JSON.stringify(name)}`);
    const { node, schema } = builder.part(top, tree);
    properties.set(name, schema);
    return { name, node };
  });
  if (members.length === 0) throw new Error('it has no columns');
  return { row: new Struct(members, 0, 0), leaves: builder.leaves, properties };
}

interface Part {
  readonly node: Node;
  readonly schema: JsonObject;
}

class Builder {
  readonly leaves: LeafColumn[] = [];

  /** Builds a part of the schema. A repeated part outside of a list or map is also a list. */
  part(above: Place, tree: SchemaTree): Part {
    const place = below(above, tree.element);
    if (tree.element.repetition !== 'REPEATED') return this.content(place, tree);
    const levels = {
      least: above.definition,
      definition: above.definition,
      itemDefinition: place.definition,
      repetition: place.repetition,
    };
    return { node: new List(this.content(place, tree).node, levels), schema: ARRAY };
  }

  private content(place: Place, tree: SchemaTree): Part {
    const { converted: old, logical, type } = tree.element;
    if (type !== null) return this.leaf(place, tree);
    const [child, ...others] = tree.children;
    if (child === undefined) throw new Error(`group ${pathText(place)} has no columns`);
    if (logical?.type === 'VARIANT')
      throw new Error(`column ${pathText(place)} is of type VARIANT, which is not supported`);
    const isRepeated = others.length === 0 && child.element.repetition === 'REPEATED';
    if (isRepeated && (old === 'LIST' || logical?.type === 'LIST')) return this.list(place, tree, child);
    const isMap = old === 'MAP' || old === 'MAP_KEY_VALUE' || logical?.type === 'MAP';
    if (isRepeated && isMap && isEntries(child)) return this.map(place, child);
    return { node: new Struct(this.members(place, tree), place.definition, place.least), schema: OBJECT };
  }

  private members(place: Place, tree: SchemaTree): { name: string; node: Node }[] {
    const names = new Set(tree.children.map(({ element }) => element.name));
    if (names.size < tree.children.length)
      throw new Error(`two members of ${pathText(place)} have the same name`);
    return tree.children.map((member) => ({
      name: member.element.name,
      node: this.part(place, member).node,
    }));
  }

  private leaf(place: Place, { element, children }: SchemaTree): Part {
    const { type, length, repetition } = element;
    if (type === null || children.length > 0)
      throw new Error(`column ${pathText(place)} has a type and members`);
    const kind = kindOf(element, pathText(place));
    const [maxDefinition, maxRepetition] = [place.definition, place.repetition];
    const storage = { type, length };
    const index = this.leaves.push({ path: place.path, storage, kind, maxDefinition, maxRepetition }) - 1;
    const least = maxDefinition - (repetition === 'OPTIONAL' ? 1 : 0);
    return { node: new Leaf(index, maxDefinition, least), schema: kind.schema };
  }

  private list(place: Place, tree: SchemaTree, repeated: SchemaTree): Part {
    const inside = below(place, repeated.element);
    const [only] = repeated.children;
    const isItem = only === undefined || isItemItself(tree, repeated, only);
    const { node } = isItem ? this.content(inside, repeated) : this.part(inside, only);
    return { node: new List(node, levelsOf(place, inside)), schema: ARRAY };
  }

  private map(place: Place, entries: SchemaTree): Part {
    const inside = below(place, entries.element);
    const [key, value] = entries.children.map((child) => this.part(inside, child).node);
    if (key === undefined) throw new Error(`map ${pathText(place)} has no keys`);
    return { node: new Dictionary(key, value ?? null, levelsOf(place, inside)), schema: OBJECT };
  }
}

const ARRAY: JsonObject = { type: ['null', 'array'] };
const OBJECT: JsonObject = { type: ['null', 'object'] };

/** Whether a group has a key, and optionally a value. */
function isEntries({ children }: SchemaTree): boolean {
  return (children.length === 1 || children.length === 2) && children[0]?.element.repetition !== 'REPEATED';
}

/** Whether a list has no group around its items, as in older writers (parquet-format, LogicalTypes, backward compatibility). */
function isItemItself(list: SchemaTree, repeated: SchemaTree, only: SchemaTree): boolean {
  const { name } = repeated.element;
  return (
    repeated.children.length > 1 ||
    only.element.repetition === 'REPEATED' ||
    name === 'array' ||
    name === `${list.element.name}_tuple`
  );
}

function levelsOf({ definition, least }: Place, inside: Place): RepeatedLevels {
  return { least, definition, itemDefinition: inside.definition, repetition: inside.repetition };
}

function below({ path, definition, repetition }: Place, element: SchemaElement): Place {
  const kind = element.repetition;
  const own = definition + (kind === 'OPTIONAL' || kind === 'REPEATED' ? 1 : 0);
  return {
    path: [...path, element.name],
    definition: own,
    repetition: repetition + (kind === 'REPEATED' ? 1 : 0),
    least: kind === 'OPTIONAL' ? definition : own,
  };
}

function pathText({ path }: Place): string {
  return path.join('.');
}
