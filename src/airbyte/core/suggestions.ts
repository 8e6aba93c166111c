import { nearestName } from '../../lib/nearest-name';

const MAX_LISTED = 20;
const MAX_LIST_CHARACTERS = 500;
/** Limits of the similarity search, because a source may have thousands of names. */
const MAX_SUGGESTIONS = 10;
const MAX_COMPARED = 2000;

/** Spelling suggestions of one response, limited in number. */
export class Suggestions {
  private remaining = MAX_SUGGESTIONS;

  /** @returns a sentence followed by a space, or an empty string */
  for(misspelt: string, known: readonly string[]): string {
    if (this.remaining === 0) return '';
    this.remaining -= 1;
    const meant = nearestName(misspelt, known.slice(0, MAX_COMPARED));
    return meant === undefined ? '' : `Did you mean ${meant}? `;
  }
}

/** Joins names, limited in count and length. */
export function nameList(names: readonly string[]): string {
  const text = names.slice(0, MAX_LISTED).join(', ');
  const short = text.length > MAX_LIST_CHARACTERS ? `${text.slice(0, MAX_LIST_CHARACTERS)}…` : text;
  const more = names.length - MAX_LISTED;
  return more > 0 ? `${short} and ${more} more` : short;
}
