/** A command of the installer failed for a reason that the user can read. Nothing was registered. */
export class InstallError extends Error {
  override readonly name = 'InstallError';
}

const SHOWN_LINES = 15;

/** The last lines of an output, for a message. */
export function lastLines(output: string): string {
  return output.trim().split('\n').slice(-SHOWN_LINES).join('\n');
}
