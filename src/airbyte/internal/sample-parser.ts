import {
  isMembers,
  type Members,
  members,
  optionalNumber,
  optionalText,
  ShapeError,
  text,
} from '../client/model/parse';

/** A field of a sample. */
export interface SampledField {
  readonly name: string;
  /** JSON types; empty if the schema of the stream has none. */
  readonly types: readonly string[];
  readonly format: string | null;
}

/** The first rows of a stream. */
export interface StreamSample {
  readonly fields: readonly SampledField[];
  readonly rows: readonly Members[];
  /** Values that are shortened, by the index of the row. */
  readonly cut: readonly { readonly row: number; readonly field: string }[];
  readonly leftOutFields: number;
  readonly isComplete: boolean;
}

/** @throws ShapeError */
export function parseSample(body: unknown): StreamSample {
  const from = members(body, 'answer');
  return {
    fields: list(from, 'fields').map((field) => ({
      name: text(field, 'name'),
      types: texts(field['types']),
      format: optionalText(field, 'format'),
    })),
    rows: list(from, 'rows'),
    cut: list(from, 'cut').map((one) => ({
      row: optionalNumber(one, 'row') ?? 0,
      field: optionalText(one, 'field') ?? '',
    })),
    leftOutFields: optionalNumber(from, 'leftOutFields') ?? 0,
    isComplete: from['isComplete'] === true,
  };
}

function list(from: Members, name: string): Members[] {
  const value = from[name];
  if (!Array.isArray(value) || !value.every(isMembers)) throw new ShapeError(name, 'a list of objects');
  return value;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
