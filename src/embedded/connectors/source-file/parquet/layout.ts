import type { JsonObject } from '../../../json';
import type { LeafColumn } from './column';
import type { SchemaTree } from './library';
import { Dictionary, Leaf, List, Struct, type Node, type RepeatedLevels } from './nodes';
import { kindOf } from './values';

/** A file's schema as it is read. */
export interface Layout {
  /** A whole row. */
  readonly row: Node;
  /** Every column of bare values, in the order in which row groups have them. */
  readonly leaves: readonly LeafColumn[];
  /** The JSON schema of each column of a row. */
  readonly properties: ReadonlyMap<string, JsonObject>;
}

/** Where a part of the schema stands: the part, all above it, and their levels. */
interface Place {
  readonly path: readonly SchemaTree[];
  readonly definition: number;
  readonly repetition: number;
}

/** @throws Error when it cannot be read as it is meant */
export function layoutOf(root: SchemaTree): Layout {
  const builder = new Builder();
  const properties = new Map<string, JsonObject>();
  const members = root.children.map((tree) => {
    const { name } = tree.element;
    if (properties.has(name)) throw new Error(`two columns are named ${name}`);
    const { node, schema } = builder.part({ path: [root], definition: 0, repetition: 0 }, tree);
    properties.set(name, schema);
    return { name, node };
  });
  if (members.length === 0) throw new Error('it has no columns');
  return { row: new Struct(members, 0), leaves: builder.leaves, properties };
}

interface Part {
  readonly node: Node;
  readonly schema: JsonObject;
}

class Builder {
  readonly leaves: LeafColumn[] = [];

  /** A part of the schema below another; one that repeats outside of a list or map is a list all the same. */
  part(above: Place, tree: SchemaTree): Part {
    const repetition = tree.element.repetition_type;
    const place = below(above, tree);
    if (repetition !== 'REPEATED') return this.content(place, tree);
    const levels = {
      definition: above.definition,
      itemDefinition: place.definition,
      repetition: place.repetition,
    };
    return { node: new List(this.content(place, tree).node, levels), schema: ARRAY };
  }

  private content(place: Place, tree: SchemaTree): Part {
    const [child, ...others] = tree.children;
    if (child === undefined) return this.leaf(place, tree);
    const { converted_type: old, logical_type: logical, name } = tree.element;
    if (logical?.type === 'VARIANT')
      throw new Error(`column ${name} is of type VARIANT, which is not supported`);
    const isRepeated = others.length === 0 && child.element.repetition_type === 'REPEATED';
    if (isRepeated && (old === 'LIST' || logical?.type === 'LIST')) return this.list(place, tree, child);
    const isMap = old === 'MAP' || old === 'MAP_KEY_VALUE' || logical?.type === 'MAP';
    if (isRepeated && isMap && child.children.length > 0) return this.map(place, child);
    const members = tree.children.map((member) => ({
      name: member.element.name,
      node: this.part(place, member).node,
    }));
    return { node: new Struct(members, place.definition), schema: OBJECT };
  }

  private leaf(place: Place, { element }: SchemaTree): Part {
    if (element.type === undefined) throw new Error(`group ${element.name} has no columns`);
    const kind = kindOf(element);
    const index = this.leaves.push({ path: place.path, element, kind, maxDefinition: place.definition }) - 1;
    return { node: new Leaf(index, place.definition), schema: kind.schema };
  }

  private list(place: Place, tree: SchemaTree, repeated: SchemaTree): Part {
    const inside = below(place, repeated);
    const [only] = repeated.children;
    const isItem = only === undefined || isItemItself(tree, repeated, only);
    const { node } = isItem ? this.content(inside, repeated) : this.part(inside, only);
    return { node: new List(node, levelsOf(place, inside)), schema: ARRAY };
  }

  private map(place: Place, entries: SchemaTree): Part {
    const inside = below(place, entries);
    const [key, value] = entries.children.map((child) => this.part(inside, child).node);
    if (key === undefined) throw new Error(`map ${entries.element.name} has no keys`);
    return { node: new Dictionary(key, value ?? null, levelsOf(place, inside)), schema: OBJECT };
  }
}

const ARRAY: JsonObject = { type: ['null', 'array'] };
const OBJECT: JsonObject = { type: ['null', 'object'] };

/** Older writers have no group between a list and its items (parquet-format, LogicalTypes, backward compatibility). */
function isItemItself(list: SchemaTree, repeated: SchemaTree, only: SchemaTree): boolean {
  const { name } = repeated.element;
  return (
    repeated.children.length > 1 ||
    only.element.repetition_type === 'REPEATED' ||
    name === 'array' ||
    name === `${list.element.name}_tuple`
  );
}

function levelsOf({ definition }: Place, inside: Place): RepeatedLevels {
  return { definition, itemDefinition: inside.definition, repetition: inside.repetition };
}

function below({ path, definition, repetition }: Place, tree: SchemaTree): Place {
  const kind = tree.element.repetition_type;
  return {
    path: [...path, tree],
    definition: definition + (kind === 'OPTIONAL' || kind === 'REPEATED' ? 1 : 0),
    repetition: repetition + (kind === 'REPEATED' ? 1 : 0),
  };
}
