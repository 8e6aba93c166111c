import { configError, type ConnectorError } from '../../protocol/connector';

/**
 * A position in a file. Lines and rows count from 1. The header, blank lines and skipped lines count as lines but not as
 * rows.
 */
export interface RowPlace {
  readonly file: string;
  readonly row: number;
  /** The line on which the row begins. */
  readonly line: number;
}

/** The failure for an invalid row. */
export function wrongRow({ file, row, line }: RowPlace, reason: string): ConnectorError {
  return configError(`Row ${row} (line ${line}) of ${file} is wrong: ${reason}.`);
}

/** The failure for an invalid header. */
export function wrongHeader(file: string, line: number, reason: string): ConnectorError {
  return configError(`The header (line ${line}) of ${file} is wrong: ${reason}.`);
}

/** The failure for a file that cannot be read. */
export function wrongFile(file: string, reason: string): ConnectorError {
  return configError(`${file} cannot be read: ${reason}.`);
}
