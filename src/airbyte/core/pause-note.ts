/** Text of a pause in Airbyte's timeline: the reason, then a marker with the name of the caller and the end. */
export interface PauseNote {
  readonly reason: string | null;
  /** Id of the caller; null if the gateway does not require authentication. */
  readonly name: string | null;
  /** When the ingestion becomes active again; null: never by itself. */
  readonly until: Date | null;
}

const MAX_NAME_CHARACTERS = 200;
const NOTHING = '-';
const NOTE = /^(?:([^]*) )?\[gateway pause by (\S+) until (\S+)\]$/;
const MARKER_BEGIN = /\[gateway pause\b/i;

/** Whether a text could be mistaken for one that the gateway wrote. */
export function hasMarker(text: string): boolean {
  return MARKER_BEGIN.test(text);
}

/** `The warehouse moves [gateway pause by key:ops until 2026-12-24T06:00:00.000Z]` */
export function writeNote({ reason, name, until }: PauseNote): string {
  const marker = `[gateway pause by ${writeName(name)} until ${until?.toISOString() ?? NOTHING}]`;
  return reason === null ? marker : `${reason} ${marker}`;
}

/** @returns null for a text that the gateway did not write */
export function readNote(text: string): PauseNote | null {
  const [whole, reason = null, name = '', until = ''] = NOTE.exec(text) ?? [];
  if (whole === undefined) return null;
  const end = until === NOTHING ? null : new Date(until);
  if (end !== null && Number.isNaN(end.getTime())) return null;
  return { reason, name: name === NOTHING ? null : readName(name), until: end };
}

/** Without blanks and brackets, which delimit the name. */
function writeName(name: string | null): string {
  if (name === null) return NOTHING;
  const readable = name.slice(0, MAX_NAME_CHARACTERS).replace(/\p{Cs}/gu, '\ufffd');
  return encodeURIComponent(readable).replaceAll('%3A', ':').replaceAll('%40', '@');
}

function readName(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}
