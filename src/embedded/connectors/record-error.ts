import { isUtf8 } from 'node:buffer';
import { ConnectorError } from '../protocol/connector';
import { repeatedMember } from './record-members';

/** A record that cannot be stored; the message goes on behind the stream and the number of the record. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

/** The failure of a run by one of its records, counted from 1. */
export function recordFailure(stream: string, record: number, { message }: RecordError): ConnectorError {
  return new ConnectorError('config_error', `Stream ${stream}, record ${record} of this run: ${message}`);
}

/**
 * The text of a record. Readers of JSON must not read it in different ways.
 * @param data the record as one character per byte
 * @throws RecordError for bytes that are not UTF-8, and for a member that comes twice
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
