import { isUtf8 } from 'node:buffer';
import { malformedBody, type ProblemException } from '../api/problem/problem.exception';

const REPLACEMENT = '\ufffd';
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT);
const BYTE_ORDER_MARK = '\ufeff';
const ADVICE = 'Send one JSON object, encoded in UTF-8.';

/**
 * Decodes a JSON body. JSON must be encoded in UTF-8 (RFC 8259, section 8.1); a byte order mark is ignored. A lenient decoder
 * would replace other bytes by U+FFFD, and a name would change when it is stored.
 */
export function textOfBody(body: Buffer): string {
  // JSON begins with an ASCII character, so that one of the first two bytes is zero in UTF-16 and UTF-32 (RFC 4627, section 3).
  if (body.subarray(0, 2).includes(0) || !isUtf8(body)) throw encodingProblem(body);
  const text = body.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

function encodingProblem(body: Buffer): ProblemException {
  if (body[0] === 0x1f && body[1] === 0x8b) return malformedBody(`The body is compressed. ${ADVICE}`);
  const hasMark = (body[0] === 0xff && body[1] === 0xfe) || (body[0] === 0xfe && body[1] === 0xff);
  if (hasMark || body.subarray(0, 2).includes(0))
    return malformedBody(`The body is encoded in UTF-16 or UTF-32. ${ADVICE}`);
  const text = body.toString('utf8');
  const lines = text.slice(0, firstInvalid(body, text)).split(/\r\n|\r|\n/);
  const column = (lines.at(-1) ?? '').length + 1;
  return malformedBody(`The body is not UTF-8 at line ${lines.length}, column ${column}. ${ADVICE}`);
}

/** Index of the first character of `text` that replaces invalid bytes. */
function firstInvalid(body: Buffer, text: string): number {
  let [start, offset] = [0, 0];
  for (;;) {
    const index = text.indexOf(REPLACEMENT, start);
    if (index < 0) return text.length;
    offset += Buffer.byteLength(text.slice(start, index));
    if (!body.subarray(offset, offset + REPLACEMENT_BYTES.length).equals(REPLACEMENT_BYTES)) return index;
    offset += REPLACEMENT_BYTES.length;
    start = index + 1;
  }
}
