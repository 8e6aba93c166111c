import { validationFailed } from '../../common/problem/problem.exception';
import { ID_PATTERN } from '../../common/validation/decorators';

/**
 * Where a walk goes on: in Airbyte's own order, by how many rows came before and which of them were last, the very
 * last first; or in the order of ids, behind one.
 */
export type Position =
  | { readonly kind: 'offset'; readonly offset: number; readonly lastIds: readonly string[] }
  | { readonly kind: 'id'; readonly after: string };

/** The longest token that is looked at. */
export const MAX_TOKEN_LENGTH = 1024;

/** Opaque to callers. */
export function writeToken(position: Position): string {
  const parts =
    position.kind === 'id' ? ['i', position.after] : ['o', String(position.offset), ...position.lastIds];
  return Buffer.from(parts.join(' ')).toString('base64url');
}

/** @throws ProblemException `validation-failed` for what this API never gave for such a walk */
export function readToken<K extends Position['kind']>(
  token: string,
  kind: K,
): Extract<Position, { kind: K }> {
  const position = parse(Buffer.from(token, 'base64url').toString('utf8'));
  if (position?.kind === kind) return position as Extract<Position, { kind: K }>;
  throw validationFailed([
    {
      field: 'pageToken',
      reason: 'is not a page token of this list',
      hint: 'Send the nextPageToken of the page before, unchanged, and the same filters with it.',
    },
  ]);
}

function parse(text: string): Position | null {
  const [kind, first = '', ...lastIds] = text.split(' ');
  if (kind === 'i' && lastIds.length === 0 && ID_PATTERN.test(first)) return { kind: 'id', after: first };
  const isOffset = kind === 'o' && /^[1-9]\d{0,8}$/.test(first) && lastIds.length > 0;
  return isOffset && lastIds.every((id) => ID_PATTERN.test(id))
    ? { kind: 'offset', offset: Number(first), lastIds }
    : null;
}
