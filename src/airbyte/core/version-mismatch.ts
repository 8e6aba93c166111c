import { isTagList } from '../../http/conditional';
import { ProblemException } from '../../api/problem/problem.exception';

/** The problem for an `If-Match` that does not match the current version, or is not an entity tag. */
export function versionMismatch(ifMatch: string): ProblemException {
  return new ProblemException(
    'precondition-failed',
    isTagList(ifMatch) ? otherVersion(ifMatch) : noTag(ifMatch),
  );
}

function otherVersion(ifMatch: string): string {
  const detail = 'It is not the version that If-Match names. Read it again, and decide anew.';
  // Proxies that compress answers make their tags weak.
  return ifMatch.includes('W/') ? `${detail} If-Match takes no weak tag: leave out W/.` : detail;
}

/** Values of this form are repeated in double quotes. */
const BARE_TAG = /^[\w-]{1,64}$/;

function noTag(ifMatch: string): string {
  const example = BARE_TAG.test(ifMatch) ? `"${ifMatch}"` : '"…"';
  return `If-Match is not an entity tag. Send the ETag with its double quotes: If-Match: ${example}`;
}
