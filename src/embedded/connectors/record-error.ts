import { isUtf8 } from 'node:buffer';
import { configError, type ConnectorError } from '../protocol/connector';
import type { JsonObjectScanner } from '../protocol/json-scan';
import { fromBytes } from '../protocol/message-writer';
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
 * Refuses a record that parsers interpret differently.
 * @throws RecordError for invalid UTF-8 and for a duplicate member
 */
export function assertReadable(data: JsonObjectScanner): void {
  if (!data.isAscii && !isUtf8(Buffer.from(data.json, 'latin1')))
    throw new RecordError('it is not valid UTF-8. Correct the encoding at the source.');
  const repeated = repeatedIn(data);
  if (repeated !== null)
    throw new RecordError(
      `it has the member ${JSON.stringify(repeated)} more than once. Correct the record at the source.`,
    );
}

/** The name of a duplicate member at any depth, or null. */
function repeatedIn(data: JsonObjectScanner): string | null {
  if (data.shape.repeated !== null) return data.shape.repeated;
  for (let member = 0; member < data.shape.names.length; member++) {
    const code = data.text.charCodeAt(data.valueStarts[member] ?? 0);
    const repeated = code === 0x7b || code === 0x5b ? repeatedMember(fromBytes(data.value(member))) : null;
    if (repeated !== null) return repeated;
  }
  return null;
}
