import { validationFailed } from '../problem/problem.exception';
import type { TokenSigner } from '../../lib/token-signer';
import { ID_PATTERN } from '../validation/decorators';

/**
 * Cursor of a list: an offset with the fingerprints of the last rows (newest first), or the id of the last row.
 * Fingerprints replace ids, because the list of Airbyte may contain rows that the caller must not see.
 */
export type Position =
  | { readonly kind: 'offset'; readonly offset: number; readonly lastRows: readonly string[] }
  | { readonly kind: 'id'; readonly after: string };

/** Maximum length of an accepted token. */
export const MAX_TOKEN_LENGTH = 1024;

const PURPOSE = 'page';
const FINGERPRINT = /^[\w-]{11}$/;

/** Writes an opaque, signed token. A forged token could cause a read of the whole list. */
export function writeToken(position: Position, signer: TokenSigner): string {
  const parts =
    position.kind === 'id' ? ['i', position.after] : ['o', String(position.offset), ...position.lastRows];
  const text = Buffer.from(parts.join(' ')).toString('base64url');
  return `${text}.${signer.sign(PURPOSE, text)}`;
}

/** @throws ProblemException `validation-failed` for a token that this API did not issue for this kind of list */
export function readToken<K extends Position['kind']>(
  token: string,
  kind: K,
  signer: TokenSigner,
): Extract<Position, { kind: K }> {
  const [text = '', signature = ''] = token.split('.');
  const isVerified = signer.verify(PURPOSE, text, signature);
  const position = isVerified ? parse(Buffer.from(text, 'base64url').toString('utf8')) : null;
  if (position?.kind === kind) return position as Extract<Position, { kind: K }>;
  throw validationFailed([
    {
      field: 'pageToken',
      reason: 'is not a page token of this list',
      hint: 'Send the nextPageToken of the previous page unchanged, together with the same filters.',
    },
  ]);
}

function parse(text: string): Position | null {
  const [kind, first = '', ...lastRows] = text.split(' ');
  if (kind === 'i' && lastRows.length === 0 && ID_PATTERN.test(first)) return { kind: 'id', after: first };
  const isOffset = kind === 'o' && /^[1-9]\d{0,8}$/.test(first) && lastRows.length > 0;
  return isOffset && lastRows.every((row) => FINGERPRINT.test(row))
    ? { kind: 'offset', offset: Number(first), lastRows }
    : null;
}
