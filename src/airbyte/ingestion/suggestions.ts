import { nearestName } from '../../lib/nearest-name';

const MAX_LISTED = 20;
const MAX_LIST_CHARACTERS = 500;
/** Looking for a similar name takes time for each name that exists, and a source may have thousands. */
const MAX_SUGGESTIONS = 10;
const MAX_COMPARED = 2000;

/** Suggestions of one answer: the first names that are wrong get one, so that the work is bounded. */
export class Suggestions {
  private remaining = MAX_SUGGESTIONS;

  /** @returns a sentence and a space, or nothing */
  for(misspelt: string, known: readonly string[]): string {
    if (this.remaining === 0) return '';
    this.remaining -= 1;
    const meant = nearestName(misspelt, known.slice(0, MAX_COMPARED));
    return meant === undefined ? '' : `Did you mean ${meant}? `;
  }
}

/** Lists some of the names, in a bounded number of characters. */
export function nameList(names: readonly string[]): string {
  const text = names.slice(0, MAX_LISTED).join(', ');
  const short = text.length > MAX_LIST_CHARACTERS ? `${text.slice(0, MAX_LIST_CHARACTERS)}…` : text;
  const more = names.length - MAX_LISTED;
  return more > 0 ? `${short} and ${more} more` : short;
}
