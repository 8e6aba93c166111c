import { configError, type ConnectorError } from '../../protocol/connector';

/**
 * A place in a file as a person finds it in an editor: lines count from 1, and so do rows. A file's header, blank lines and
 * skipped lines are lines and not rows.
 */
export interface RowPlace {
  readonly file: string;
  readonly row: number;
  /** The line on which the row begins. */
  readonly line: number;
}

/** A row that cannot be taken as it is. */
export function wrongRow({ file, row, line }: RowPlace, reason: string): ConnectorError {
  return configError(`Row ${row} (line ${line}) of ${file} is wrong: ${reason}.`);
}

/** The header of a file cannot be taken as it is. */
export function wrongHeader(file: string, line: number, reason: string): ConnectorError {
  return configError(`The header (line ${line}) of ${file} is wrong: ${reason}.`);
}

/** A file cannot be read. */
export function wrongFile(file: string, reason: string): ConnectorError {
  return configError(`${file} cannot be read: ${reason}.`);
}
