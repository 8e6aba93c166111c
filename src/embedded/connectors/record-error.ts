import { isUtf8 } from 'node:buffer';
import { configError, type ConnectorError } from '../protocol/connector';
import { repeatedMember } from './record-members';

/** A record that cannot be stored. The message completes a sentence that begins with the stream and record number. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

/** The failure of a run because of a record, counted from 1. */
export function recordFailure(stream: string, record: number, { message }: RecordError): ConnectorError {
  return configError(`Stream ${stream}, record ${record} of this run: ${message}`);
}

/**
 * The text of a record. Refuses JSON that parsers interpret differently.
 * @param data the record as one character per byte
 * @throws RecordError for invalid UTF-8 and for a duplicate member
 */
export function readableText(data: string): string {
  const bytes = Buffer.from(data, 'latin1');
  if (!isUtf8(bytes)) throw new RecordError('it is not valid UTF-8. Correct the encoding at the source.');
  const text = bytes.toString('utf8');
  const repeated = repeatedMember(text);
  if (repeated !== null)
    throw new RecordError(
      `it has the member ${JSON.stringify(repeated)} more than once. Correct the record at the source.`,
    );
  return text;
}
