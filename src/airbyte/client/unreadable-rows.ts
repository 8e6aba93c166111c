/** Limit of distinct messages. Each is logged once, because lists are read every few seconds. */
const MAX_KINDS = 100;

/**
 * Returns a listener that logs each distinct operation and reason once. A reason names a field, never its
 * value.
 */
export function logUnreadableRows(
  warn: (message: string) => void,
): (operation: string, reason: string) => void {
  const known = new Set<string>();
  return (operation, reason) => {
    const kind = `${operation} ${reason}`;
    if (known.has(kind) || known.size >= MAX_KINDS) return;
    known.add(kind);
    warn(`Skipped an unreadable record in Airbyte's response to ${operation}: ${reason}.`);
  };
}
