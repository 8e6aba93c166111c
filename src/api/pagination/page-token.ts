import { validationFailed } from '../problem/problem.exception';
import type { TokenSigner } from '../../lib/token-signer';
import { ID_PATTERN } from '../validation/decorators';

/** Maximum length of an accepted token. */
export const MAX_TOKEN_LENGTH = 1024;

const PURPOSE = 'page';

/** Writes an opaque, signed token for the page after the row with this id. */
export function writeToken(lastId: string, signer: TokenSigner): string {
  const text = Buffer.from(lastId).toString('base64url');
  return `${text}.${signer.sign(PURPOSE, text)}`;
}

/**
 * @returns the id of the last row of the page before
 * @throws ProblemException `validation-failed` for a token that this API did not issue
 */
export function readToken(token: string, signer: TokenSigner): string {
  const [text = '', signature = ''] = token.split('.');
  const lastId = Buffer.from(text, 'base64url').toString('utf8');
  if (signer.verify(PURPOSE, text, signature) && ID_PATTERN.test(lastId)) return lastId;
  throw validationFailed([
    {
      field: 'pageToken',
      reason: 'is not a page token of this list',
      hint: 'Send the nextPageToken of the previous page unchanged, together with the same filters.',
    },
  ]);
}
