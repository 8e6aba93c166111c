/** So many kinds of unreadable rows are logged, once each: a list is read every few seconds. */
const MAX_KINDS = 100;

/** Returns a listener that logs each kind of unreadable row once. A reason names a member, never its content. */
export function logUnreadableRows(
  warn: (message: string) => void,
): (operation: string, reason: string) => void {
  const known = new Set<string>();
  return (operation, reason) => {
    const kind = `${operation} ${reason}`;
    if (known.has(kind) || known.size >= MAX_KINDS) return;
    known.add(kind);
    warn(`A record of Airbyte in the answer to ${operation} is left out: ${reason}.`);
  };
}
