import { isObject, parseObject, type JsonObject } from '../platform/json';
import { DamagedStateError } from '../platform/storage-fault';

/** One row of a result with typed access to its columns. The state on disk is checked like other input. */
export class Row {
  private readonly columns: JsonObject;

  constructor(row: unknown) {
    if (!isObject(row)) throw new DamagedStateError('a result is not a row');
    this.columns = row;
  }

  text(column: string): string {
    const value = this.columns[column];
    if (typeof value !== 'string') throw this.invalid(column, 'text');
    return value;
  }

  textOrNull(column: string): string | null {
    return this.columns[column] === null ? null : this.text(column);
  }

  integer(column: string): number {
    const value = this.columns[column];
    if (typeof value !== 'number' || !Number.isSafeInteger(value))
      throw this.invalid(column, 'a whole number');
    return value;
  }

  integerOrNull(column: string): number | null {
    return this.columns[column] === null ? null : this.integer(column);
  }

  json(column: string): JsonObject {
    const value = parseObject(this.text(column));
    if (value === null) throw this.invalid(column, 'a JSON object');
    return value;
  }

  private invalid(column: string, expected: string): Error {
    return new DamagedStateError(`column ${column} is not ${expected}`);
  }
}
