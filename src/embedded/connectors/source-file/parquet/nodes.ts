import { fromBytes, toBytes } from '../../../protocol/message-writer';
import type { ColumnCursor } from './column';

/** A part of the schema that reads its value of the current row from the cursors of its columns. */
export interface Node {
  /** The indexes of its primitive columns. The levels of the first one apply to all. */
  readonly leaves: readonly number[];
  /** Reads the value as JSON, one character per byte, and moves every column behind it. */
  read(cursors: readonly ColumnCursor[]): string;
}

type Cursors = readonly ColumnCursor[];

const NOT_ALIKE = 'its columns have inconsistent structures';

/** A primitive value. */
export class Leaf implements Node {
  readonly leaves: readonly number[];

  /** @param least lower definition levels mean that a parent is null, which the parent's node detects */
  constructor(
    private readonly index: number,
    private readonly definition: number,
    private readonly least: number,
  ) {
    this.leaves = [index];
  }

  read(cursors: Cursors): string {
    const cursor = at(cursors, this.index);
    if (cursor.definition < this.least) throw new Error(NOT_ALIKE);
    const json = cursor.definition < this.definition ? 'null' : cursor.json;
    cursor.advance();
    return json;
  }
}

/** A group with named members. */
export class Struct implements Node {
  readonly leaves: readonly number[];
  private readonly members: readonly { readonly key: string; readonly node: Node }[];

  /** @param definition the definition level from which on the group is not null */
  constructor(
    members: readonly { readonly name: string; readonly node: Node }[],
    private readonly definition: number,
    private readonly least: number,
  ) {
    this.leaves = members.flatMap(({ node }) => node.leaves);
    this.members = members.map(({ name, node }, index) => ({
      key: `${index === 0 ? '{' : ','}${toBytes(JSON.stringify(name))}:`,
      node,
    }));
  }

  read(cursors: Cursors): string {
    const { definition } = first(this, cursors);
    if (definition < this.definition) {
      skip(this, cursors, definition, this.least);
      return 'null';
    }
    let json = '';
    for (const { key, node } of this.members) json += key + node.read(cursors);
    return `${json}}`;
  }
}

/** The levels of a repeated part, which distinguish null, empty and a further item. */
export interface RepeatedLevels {
  /** The lowest definition level if no parent is null. */
  readonly least: number;
  /** The definition level from which on it is not null. */
  readonly definition: number;
  /** The definition level from which on it has an item. */
  readonly itemDefinition: number;
  /** The repetition level of a further item of the same list. */
  readonly repetition: number;
}

/** A list of items. */
export class List implements Node {
  readonly leaves: readonly number[];

  constructor(
    private readonly item: Node,
    private readonly levels: RepeatedLevels,
  ) {
    this.leaves = item.leaves;
  }

  read(cursors: Cursors): string {
    const items = readItems(this, cursors, this.levels, () => this.item.read(cursors));
    return items === null ? 'null' : `[${items.join(',')}]`;
  }
}

/** A map as a JSON object. Keys that are not texts become their JSON text. */
export class Dictionary implements Node {
  readonly leaves: readonly number[];

  constructor(
    private readonly key: Node,
    private readonly value: Node | null,
    private readonly levels: RepeatedLevels,
  ) {
    this.leaves = [...key.leaves, ...(value?.leaves ?? [])];
  }

  read(cursors: Cursors): string {
    const keys = new Set<string>();
    const items = readItems(this, cursors, this.levels, () => {
      const json = this.key.read(cursors);
      const key = json.startsWith('"') ? json : JSON.stringify(json);
      // JSON parsers treat duplicate keys differently.
      if (keys.has(key)) throw new Error(`a map has the key ${fromBytes(key)} twice`);
      keys.add(key);
      return `${key}:${this.value?.read(cursors) ?? 'null'}`;
    });
    return items === null ? 'null' : `{${items.join(',')}}`;
  }
}

function readItems(
  node: Node,
  cursors: Cursors,
  levels: RepeatedLevels,
  readItem: () => string,
): string[] | null {
  const lead = first(node, cursors);
  if (lead.definition < levels.itemDefinition) {
    const isNull = lead.definition < levels.definition;
    skip(node, cursors, lead.definition, levels.least);
    return isNull ? null : [];
  }
  const items = [];
  do {
    items.push(readItem());
    // Every column must have the same number of items. Nested lists were read with the item.
    for (const index of node.leaves)
      if (at(cursors, index).repetition !== lead.repetition) throw new Error(NOT_ALIKE);
  } while (lead.repetition === levels.repetition);
  if (lead.repetition > levels.repetition) throw new Error(NOT_ALIKE);
  return items;
}

/** Skips a null or empty part, which has one entry in each of its columns. */
function skip({ leaves }: Node, cursors: Cursors, definition: number, least: number): void {
  if (definition < least) throw new Error(NOT_ALIKE);
  for (const index of leaves) {
    const cursor = at(cursors, index);
    if (cursor.definition !== definition) throw new Error(NOT_ALIKE);
    cursor.advance();
  }
}

function first({ leaves }: Node, cursors: Cursors): ColumnCursor {
  return at(cursors, leaves[0] ?? -1);
}

function at(cursors: Cursors, index: number): ColumnCursor {
  const cursor = cursors[index];
  if (cursor === undefined) throw new Error('a column is missing');
  return cursor;
}
